"""A drive of the robot past a panel, as a sequence of frames."""

import numpy as np
from numpy.typing import NDArray

from laecips_eval.inspection_scene.drawing.random_stream import RandomStream
from laecips_eval.inspection_scene.panel.strip import draw_strip
from laecips_eval.inspection_scene.view.camera import Camera
from laecips_eval.inspection_scene.view.drift import Drift
from laecips_eval.inspection_scene.view.route import Route
from laecips_eval.inspection_scene.view.sensor import Lamp, expose

_EASING = 3  # drift that can grow is complete after this part of the drive


class Drive:
    """One drive along one panel under one drift.

    Light, dust and blur grow over the first third; new parts and a moved camera are there from the
    start.

    Args:
        keys: integers that name the drive; equal arguments give equal frames on every machine.
        frames: number of frames.
        drift: the drift since day zero.

    Attributes:
        frames: number of frames.
    """

    def __init__(self, *keys: int, frames: int, drift: Drift) -> None:
        stream = RandomStream(*keys)
        self.frames = frames
        self._stream, self._drift = stream, drift
        self._camera = Camera(stream.child(1), moved=drift.camera)
        self._lamp = Lamp.drawn(stream.child(2))
        self._route = Route(stream.child(3), frames=frames)
        self._strip = draw_strip(*keys, 4, width=self._route.width, variants=drift.variants)

    def frame(self, index: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Return picture, uint8 [360, 480, 3], and label map, uint8 [360, 480], of one moment."""
        if not 0 <= index < self.frames:
            raise IndexError(f"the drive has {self.frames} frames, there is no frame {index}")
        drift = self._drift.eased(min(1.0, 0.35 + 0.65 * _EASING * index / self.frames))
        view = self._camera.look(self._strip, *self._route.at(index), dust=drift.dust > 0)
        return expose(view, drift, self._lamp, self._stream.child(5, index)), view.label
