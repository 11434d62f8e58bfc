"""The observations of the newest frames, for the watch over a swap, and the newest frame itself."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from laecips_edge.core.bundle.manifest import Manifest
from laecips_edge.core.frame.frame import SeenFrame
from laecips_edge.core.frame.observation import Observation

REMEMBERED = 1000


@dataclass(frozen=True, kw_only=True)
class LastFrame:
    """The newest frame, kept so that another pair can label it.

    Attributes:
        rgb: uint8 [H,W,3].
        depth: uint16 [H,W] in millimetres; None if f takes no depth.
        draw_ns: as of the frame.
        manifest: manifest of the pair that labelled it.
        observation: observation of that pair.
    """

    rgb: NDArray[np.uint8]
    depth: NDArray[np.uint16] | None
    draw_ns: int
    manifest: Manifest
    observation: Observation


class FrameHistory:
    """The history of the newest frames. The inference thread writes it, the model link reads it."""

    def __init__(self) -> None:
        self.last: LastFrame | None = None
        self.listener: Callable[[], None] | None = None
        """Called after each frame, on the inference thread; must return at once."""
        self._lock = threading.Lock()
        self._recent: deque[tuple[Manifest, Observation]] = deque(maxlen=REMEMBERED)
        self._unread: deque[tuple[Manifest, Observation]] = deque(maxlen=REMEMBERED)

    def add(self, seen: SeenFrame, observation: Observation) -> None:
        """Add a frame and its observation."""
        with self._lock:
            self.last = LastFrame(
                rgb=seen.rgb,
                depth=seen.depth,
                draw_ns=seen.frame.draw_ns,
                manifest=seen.manifest,
                observation=observation,
            )
            self._recent.append((seen.manifest, observation))
            self._unread.append((seen.manifest, observation))
        if (listener := self.listener) is not None:
            listener()

    def recent(self, manifest: Manifest) -> list[Observation]:
        """Return the kept observations of a pair, oldest first.

        Args:
            manifest: the pair's manifest object.
        """
        with self._lock:
            return [seen for of, seen in self._recent if of is manifest]

    def unread(self, manifest: Manifest) -> list[Observation]:
        """Return the observations of a pair since the last call, oldest first.

        Args:
            manifest: the pair's manifest object; observations of other pairs are dropped.
        """
        with self._lock:
            new = [seen for of, seen in self._unread if of is manifest]
            self._unread.clear()
            return new
