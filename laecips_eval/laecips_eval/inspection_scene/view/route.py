"""How a robot moves along a panel."""

import math

from laecips_eval.inspection_scene.drawing.random_stream import RandomStream
from laecips_eval.inspection_scene.panel.sections import HEIGHT
from laecips_eval.inspection_scene.view.camera import REACH


class Route:
    """The way of one drive: 5 to 9 pixels per frame, at varying speed, swaying a little.

    Args:
        stream: the drive's motion.
        frames: number of frames.

    Attributes:
        speed: mean speed, pixels per frame.
        width: length of the panel that the camera needs, pixels.
    """

    def __init__(self, stream: RandomStream, *, frames: int) -> None:
        self.speed = stream.uniform(5.5, 8.5)
        self._surge = stream.uniform(8, 26), stream.uniform(70, 120), stream.uniform(0, 6.28)
        self._sway = stream.uniform(4, 11), stream.uniform(40, 90), stream.uniform(0, 6.28)
        length = math.ceil(self.speed * frames + 2 * self._surge[0])
        self.width = max(700, length + 2 * REACH)

    def at(self, index: int) -> tuple[float, float]:
        """Return what the camera is centred at in a frame: (x, y) of the panel, pixels."""
        x = REACH + self._surge[0] + self.speed * index + _swing(self._surge, index)
        return x, HEIGHT / 2 + _swing(self._sway, index)


def _swing(wave: tuple[float, float, float], index: int) -> float:
    amplitude, period, phase = wave
    return amplitude * math.sin(2 * math.pi * index / period + phase)
