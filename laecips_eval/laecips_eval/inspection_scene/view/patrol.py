"""A patrol: routine with bursts of trouble, and a slow drift below it."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from laecips_eval.inspection_scene.drawing.random_stream import RandomStream
from laecips_eval.inspection_scene.panel.strip import draw_strip
from laecips_eval.inspection_scene.view.bursts import NEW_PARTS, SHADOW, SHAKEN, TILTED, Burst
from laecips_eval.inspection_scene.view.camera import WIDTH_PX, Camera
from laecips_eval.inspection_scene.view.disturbances import trouble_of
from laecips_eval.inspection_scene.view.drift import Drift
from laecips_eval.inspection_scene.view.route import Route
from laecips_eval.inspection_scene.view.sensor import Lamp, expose

LATE: Final = Drift(dimming=0.3, dust=0.4)
"""The slow drift at the end of a patrol."""

_DEFECTS: Final = 2.0  # times the usual: with few classes in view, a frame's gain is mostly chance
# The dial `camera` by that of the burst, at most 1: the panel leans; a bump shakes the robot; it
# brakes for somebody who walks by.
_MOVED: Final = {TILTED: 1.3, SHAKEN: 1.3, SHADOW: 0.9}
_WEAKEST: Final = 0.7  # dial of a frame in a burst, of the burst's own; most are near 1


class Patrol:
    """A stretch of a patrol, along a panel of its own.

    Args:
        keys: integers that name the stretch; equal arguments give equal frames on every machine.
        frames: number of frames.
        bursts: the disturbances in it, with frames from 0.
        drifted: how far the slow drift is at its first and past its last frame, in [0, 1].

    Attributes:
        frames: number of frames.
    """

    def __init__(
        self,
        *keys: int,
        frames: int,
        bursts: Sequence[Burst],
        drifted: tuple[float, float],
    ) -> None:
        self.frames = frames
        self._stream = RandomStream(*keys)
        self._bursts, self._drifted = tuple(bursts), drifted
        self._lamp = Lamp.drawn(self._stream.child(2))
        self._route = Route(self._stream.child(3), frames=frames)
        self._camera = Camera(self._stream.child(1))
        self._strip = draw_strip(
            *keys,
            4,
            width=self._route.width,
            defect_rate=_DEFECTS,
            all_new=[self._in_view_only(it) for it in bursts if it.kind == NEW_PARTS],
        )

    def frame(self, index: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Return picture, uint8 [360, 480, 3], and label map, uint8 [360, 480], of one moment."""
        if not 0 <= index < self.frames:
            raise IndexError(f"the patrol has {self.frames} frames, there is no frame {index}")
        start, stop = self._drifted
        share = start + (stop - start) * index / self.frames
        drift = LATE.eased(share)
        burst = next((it for it in self._bursts if it.start <= index < it.stop), None)
        camera, kind, dial, moved = self._camera, "", 0.0, 0.0
        stream = self._stream
        if burst is not None:
            stream = self._stream.child(6, burst.number)
            own = stream.child(0).uniform(0.9, 1.0)
            fall = self._stream.child(7, index).uniform()
            dial = own * (1 - (1 - _WEAKEST) * fall * fall) * burst.strength(index)
            kind = burst.kind
            moved = self._route.speed * (index - burst.start)
            if kind in _MOVED:
                camera = Camera(self._stream.child(1), moved=min(1.0, _MOVED[kind] * dial))
        view = camera.look(self._strip, *self._route.at(index), dust=drift.dust > 0)
        trouble = trouble_of(kind, stream, dial=dial, moved=moved)
        return expose(view, drift, self._lamp, self._stream.child(5, index), trouble), view.label

    def _in_view_only(self, burst: Burst) -> tuple[float, float]:
        """Return the stretch of the panel (left, right) that is in view in a burst alone."""
        first, last = self._route.at(burst.start)[0], self._route.at(burst.stop - 1)[0]
        left, right = first + WIDTH_PX / 2, last - WIDTH_PX / 2
        middle, width = (left + right) / 2, max(right - left, 60.0)
        return middle - width / 2, middle + width / 2
