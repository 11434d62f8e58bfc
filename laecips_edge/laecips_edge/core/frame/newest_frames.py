"""The newest frame of each camera; the cameras take turns, by their priorities.

The turns are those of start-time fair queueing (Goyal, Vin and Cheng 1996): a virtual clock gives
each waiting frame the time at which its camera may have its turn, which a camera of priority p
reaches p times as often as one of priority 1. A camera that sends nothing saves nothing up.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from laecips_edge.core.frame.frame import Frame

_NONE: Final[Mapping[str, float]] = MappingProxyType({})


class _Waiting(NamedTuple):
    turn: float  # by the virtual clock
    frame: Frame


class NewestFrames:
    """A queue of one frame for each camera. Safe for several threads.

    A newer frame takes the place of a waiting one of its own camera, and keeps its turn.

    Args:
        priorities: turns of a camera, by its name, for one of a camera that is not named here; all
            greater than 0.

    Example:
        >>> from laecips_edge.core.image.picture import Picture
        >>> def frame(camera: str, number: int) -> Frame:
        ...     picture = Picture(None, compressed=False)
        ...     return Frame(
        ...         number=number, stamp_ns=0, frame_id="", picture=picture, received_s=0.0,
        ...         camera=camera,
        ...     )
        >>> newest = NewestFrames()
        >>> for camera, number in [("front", 1), ("rear", 1), ("front", 2)]:
        ...     _ = newest.put(frame(camera, number))
        >>> [(f.camera, f.number) for f in (newest.take(0), newest.take(0))]
        [('front', 2), ('rear', 1)]
    """

    def __init__(self, priorities: Mapping[str, float] = _NONE) -> None:
        self._priorities = priorities
        self._changed = threading.Condition()
        self._waiting: dict[str, _Waiting] = {}
        self._next_turn: dict[str, float] = {}
        self._clock = 0.0
        self._closed = False

    def put(self, frame: Frame) -> Frame | None:
        """Put a frame; return the waiting frame that it supersedes, or None."""
        camera = frame.camera
        with self._changed:
            superseded = self._waiting.get(camera)
            turn = max(self._clock, self._next_turn.get(camera, 0.0))
            # An assignment keeps the place in the dict: of equal turns the oldest comes first.
            self._waiting[camera] = _Waiting(superseded.turn if superseded else turn, frame)
            self._changed.notify()
            return superseded.frame if superseded else None

    def take(self, timeout: float) -> Frame | None:
        """Take the next frame, after at most `timeout` seconds; return None if none came."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed, timeout)
            if not self._waiting:
                return None
            camera, (turn, frame) = min(self._waiting.items(), key=lambda item: item[1].turn)
            del self._waiting[camera]
            self._clock = turn
            self._next_turn[camera] = turn + 1.0 / self._priorities.get(camera, 1.0)
            return frame

    def close(self) -> None:
        """Close the queue; waiting frames can still be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    @property
    def finished(self) -> bool:
        """Whether the queue is closed and empty."""
        with self._changed:
            return self._closed and not self._waiting
