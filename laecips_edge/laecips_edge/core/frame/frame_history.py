"""What the running pair said of the newest frames: for the watch, and for trying pairs on."""

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
    """The newest frame, as it can be looked at once more.

    Attributes:
        rgb: uint8 [H,W,3].
        depth: uint16 [H,W] in millimetres, where f takes it.
        stamp_ns: its stamp.
        manifest: of the pair that looked at it.
        observation: what that said.
    """

    rgb: NDArray[np.uint8]
    depth: NDArray[np.uint16] | None
    stamp_ns: int
    manifest: Manifest
    observation: Observation


class FrameHistory:
    """Written by the inference thread, read by the model link's."""

    def __init__(self) -> None:
        self.last: LastFrame | None = None
        self.listener: Callable[[], None] | None = None
        """Called after each frame, on the inference thread; must return at once."""
        self._lock = threading.Lock()
        self._recent: deque[tuple[Manifest, Observation]] = deque(maxlen=REMEMBERED)
        self._unread: deque[tuple[Manifest, Observation]] = deque(maxlen=REMEMBERED)

    def add(self, seen: SeenFrame, observation: Observation) -> None:
        """Note a frame."""
        with self._lock:
            self.last = LastFrame(
                rgb=seen.rgb,
                depth=seen.depth,
                stamp_ns=seen.frame.stamp_ns,
                manifest=seen.manifest,
                observation=observation,
            )
            self._recent.append((seen.manifest, observation))
            self._unread.append((seen.manifest, observation))
        if (listener := self.listener) is not None:
            listener()

    def recent(self, manifest: Manifest) -> list[Observation]:
        """The newest frames of a pair, oldest first, as far as they are remembered."""
        with self._lock:
            return [seen for of, seen in self._recent if of is manifest]

    def unread(self, manifest: Manifest) -> list[Observation]:
        """The frames of a pair since the last call, oldest first."""
        with self._lock:
            new = [seen for of, seen in self._unread if of is manifest]
            self._unread.clear()
            return new
