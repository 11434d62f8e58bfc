"""A drive of the robot past a panel, as a sequence of frames."""

import math

import numpy as np
from numpy.typing import NDArray

from laecips_eval.inspection_scene.drawing.random_stream import RandomStream
from laecips_eval.inspection_scene.panel.sections import HEIGHT
from laecips_eval.inspection_scene.panel.strip import draw_strip
from laecips_eval.inspection_scene.view.camera import REACH, Camera
from laecips_eval.inspection_scene.view.drift import Drift
from laecips_eval.inspection_scene.view.sensor import Lamp, expose

_EASING = 3  # drift that can grow is complete after this part of the drive


class Drive:
    """One drive along one panel under one drift.

    The robot advances 5 to 9 pixels per frame, at varying speed, and sways a little. Light, dust
    and blur grow over the first third; new parts and a moved camera are there from the start.

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
        motion = stream.child(3)
        self._speed = motion.uniform(5.5, 8.5)
        self._surge = motion.uniform(8, 26), motion.uniform(70, 120), motion.uniform(0, 6.28)
        self._sway = motion.uniform(4, 11), motion.uniform(40, 90), motion.uniform(0, 6.28)
        length = math.ceil(self._speed * frames + 2 * self._surge[0])
        self._strip = draw_strip(
            *keys, 4, width=max(700, length + 2 * REACH), variants=drift.variants
        )

    def frame(self, index: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Picture uint8 [360, 480, 3] and label map uint8 [360, 480] of one moment."""
        if not 0 <= index < self.frames:
            raise IndexError(f"the drive has {self.frames} frames, there is no frame {index}")
        drift = self._drift.eased(min(1.0, 0.35 + 0.65 * _EASING * index / self.frames))
        x = REACH + self._surge[0] + self._speed * index + _swing(self._surge, index)
        y = HEIGHT / 2 + _swing(self._sway, index)
        view = self._camera.look(self._strip, x, y, dust=drift.dust > 0)
        return expose(view, drift, self._lamp, self._stream.child(5, index)), view.label


def _swing(wave: tuple[float, float, float], index: int) -> float:
    amplitude, period, phase = wave
    return amplitude * math.sin(2 * math.pi * index / period + phase)
