"""The camera: its pose, and its view of a panel."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from laecips_eval.inspection_scene.drawing.exact_pixels import reproducible
from laecips_eval.inspection_scene.drawing.random_stream import RandomStream
from laecips_eval.inspection_scene.panel.sections import HEIGHT
from laecips_eval.inspection_scene.panel.strip import Strip

WIDTH_PX, HEIGHT_PX = 480, 360
REACH = 330
"""Largest distance of a view's pixels from its centre along the panel, in pixels."""

_BITS = 5  # OpenCV's fixed-point maps have 32 steps per pixel
_STEPS = 1 << _BITS


@dataclass(frozen=True)
class CameraView:
    """The view of a camera.

    Attributes:
        image: uint8 [360, 480, 3], without the effects of lamp and sensor.
        label: uint8 [360, 480].
        dust: uint8 [360, 480], amount of dust; None if it was not requested.
    """

    image: NDArray[np.uint8]
    label: NDArray[np.uint8]
    dust: NDArray[np.uint8] | None


class Camera:
    """A camera on a passing robot: its pose relative to the panel is fixed, its place changes.

    Args:
        stream: the small differences between two mountings of a camera (a degree, a few percent).
        moved: 0 for the usual place; 1 for 13 degrees turned, a quarter nearer and tilted.
    """

    def __init__(self, stream: RandomStream, *, moved: float = 0.0) -> None:
        degrees = stream.uniform(-1.5, 1.5) + 13.0 * moved
        zoom = stream.uniform(0.95, 1.05) * (1 + 0.26 * moved)
        tilt = stream.uniform(-3e-5, 3e-5) + 5.5e-4 * moved
        cosine, sine = (
            math.cos(math.radians(degrees)) / zoom,
            math.sin(math.radians(degrees)) / zoom,
        )
        u = np.arange(WIDTH_PX, dtype=np.float64)[None, :] - (WIDTH_PX - 1) / 2
        v = np.arange(HEIGHT_PX, dtype=np.float64)[:, None] - (HEIGHT_PX - 1) / 2
        # Elementwise sums, products and quotients only: IEEE rounds them alike everywhere.
        depth = 1.0 + tilt * v + 0.4 * tilt * u
        self._x = np.floor((u * cosine - v * sine) / depth * _STEPS + 0.5).astype(np.int32)
        self._y = np.floor((u * sine + v * cosine) / depth * _STEPS + 0.5).astype(np.int32)

    def look(
        self, strip: Strip, x: float, y: float = HEIGHT / 2, *, dust: bool = False
    ) -> CameraView:
        """Cut the view centred at (x, y) of a panel; past its edge the panel is mirrored."""
        column = self._x + round(x * _STEPS)
        row = self._y + round(y * _STEPS)
        whole = np.stack([column >> _BITS, row >> _BITS], axis=-1).astype(np.int16)
        part = ((row & (_STEPS - 1)) * _STEPS + (column & (_STEPS - 1))).astype(np.uint16)
        half = _STEPS // 2
        nearest = np.stack([(column + half) >> _BITS, (row + half) >> _BITS], axis=-1).astype(
            np.int16
        )
        edge = cv2.BORDER_REFLECT
        with reproducible():
            image = cv2.remap(strip.image, whole, part, cv2.INTER_LINEAR, borderMode=edge)
            label = cv2.remap(strip.label, nearest, None, cv2.INTER_NEAREST, borderMode=edge)
            film = (
                cv2.remap(strip.dust, whole, part, cv2.INTER_LINEAR, borderMode=edge)
                if dust
                else None
            )
        return CameraView(
            np.asarray(image, np.uint8),
            np.asarray(label, np.uint8),
            None if film is None else np.asarray(film, np.uint8),
        )
