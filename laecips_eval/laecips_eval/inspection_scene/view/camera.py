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


@dataclass(frozen=True)
class Rays:
    """Where the pixels of a view come from, in 32nds of a pixel of what is looked at.

    Attributes:
        column, row: int32 [H, W].
    """

    column: NDArray[np.int32]
    row: NDArray[np.int32]

    @classmethod
    def of_pose(
        cls, height: int, width: int, *, degrees: float, zoom: float, tilt: float
    ) -> "Rays":
        """Return the rays of a camera whose view, of that size in pixels, is centred at (0, 0).

        Args:
            height: rows of the view.
            width: columns of the view.
            degrees: how far the camera is turned.
            zoom: magnification.
            tilt: change of the depth per pixel, downwards; 0.4 of it to the right.
        """
        cosine, sine = (
            math.cos(math.radians(degrees)) / zoom,
            math.sin(math.radians(degrees)) / zoom,
        )
        u = np.arange(width, dtype=np.float64)[None, :] - (width - 1) / 2
        v = np.arange(height, dtype=np.float64)[:, None] - (height - 1) / 2
        # Elementwise sums, products and quotients only: IEEE rounds them alike everywhere.
        depth = 1.0 + tilt * v + 0.4 * tilt * u
        return cls(
            np.floor((u * cosine - v * sine) / depth * _STEPS + 0.5).astype(np.int32),
            np.floor((u * sine + v * cosine) / depth * _STEPS + 0.5).astype(np.int32),
        )

    def centred_at(self, x: float, y: float) -> "Rays":
        """Return the rays of the camera after a shift to (x, y), in pixels."""
        return Rays(self.column + round(x * _STEPS), self.row + round(y * _STEPS))

    def look_at(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return the view of pixels, interpolated; past their edge they are mirrored."""
        whole = np.stack([self.column >> _BITS, self.row >> _BITS], axis=-1).astype(np.int16)
        part = (self.row & (_STEPS - 1)) * _STEPS + (self.column & (_STEPS - 1))
        seen = cv2.remap(
            pixels, whole, part.astype(np.uint16), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
        )
        return np.asarray(seen, np.uint8)

    def look_at_labels(
        self, label: NDArray[np.uint8], *, outside: int | None = None
    ) -> NDArray[np.uint8]:
        """Return the view of a label map, uint8 [h, w]: of each pixel the nearest label.

        Args:
            label: what is looked at.
            outside: label past its edge; None to mirror it there.
        """
        half = _STEPS // 2
        nearest = np.stack([(self.column + half) >> _BITS, (self.row + half) >> _BITS], axis=-1)
        seen = cv2.remap(
            label,
            nearest.astype(np.int16),
            None,
            cv2.INTER_NEAREST,
            borderMode=cv2.BORDER_REFLECT if outside is None else cv2.BORDER_CONSTANT,
            borderValue=(outside or 0,),
        )
        return np.asarray(seen, np.uint8)


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
        self._rays = Rays.of_pose(HEIGHT_PX, WIDTH_PX, degrees=degrees, zoom=zoom, tilt=tilt)

    def look(
        self, strip: Strip, x: float, y: float = HEIGHT / 2, *, dust: bool = False
    ) -> CameraView:
        """Cut the view centred at (x, y) of a panel; past its edge the panel is mirrored."""
        rays = self._rays.centred_at(x, y)
        with reproducible():
            return CameraView(
                rays.look_at(strip.image),
                rays.look_at_labels(strip.label),
                rays.look_at(strip.dust) if dust else None,
            )
