"""The canvas of a scene: colours, heights and labels of its parts, and the light on them."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from laecips_eval.inspection_scene.classes import PANEL
from laecips_eval.inspection_scene.drawing.exact_pixels import blend, blur, scale
from laecips_eval.inspection_scene.drawing.sprites import LEVEL, Point, Sprite
from laecips_eval.inspection_scene.panel.surfaces import Surface
from laecips_eval.inspection_scene.parts.defects import Dent

_EIGHTH = 8  # heights are kept in eighths of a relief level


@dataclass(frozen=True)
class Light:
    """The direction and hardness of the light.

    Attributes:
        x, y: towards the light, in sixteenths; (-11, -11) is the upper left.
        hardness: darkness of a shadow, 0..255.
    """

    x: int
    y: int
    hardness: int


class Canvas:
    """A canvas for parts, from the ground up; later parts cover earlier ones.

    Attributes:
        label: uint8 [height, width], the class of each pixel.
    """

    def __init__(self, width: int, height: int, light: Light) -> None:
        self.width, self.height = width, height
        self.label = np.full((height, width), PANEL, np.uint8)
        self._light = light
        self._colour = np.zeros((height, width, 3), np.uint8)
        self._relief = np.zeros((height, width), np.int16)

    def cover(
        self, surface: Surface, corner: tuple[int, int], class_id: int, *, elevation: int = 0
    ) -> None:
        """Lay ground with its upper left corner at (x, y); elevated ground casts a shadow."""
        height, width = surface.relief.shape
        sprite = Sprite(
            surface.colour,
            surface.relief,
            np.full((height, width), 255, np.uint8),
            np.ones((height, width), np.bool_),
        )
        centre = (corner[0] + width / 2, corner[1] + height / 2)
        self.put(sprite, centre, class_id, base=elevation, shadow=elevation // 4)

    def put(
        self,
        sprite: Sprite,
        centre: Point,
        class_id: int,
        *,
        base: int | None = None,
        shadow: int = 0,
    ) -> None:
        """Lay a part.

        Args:
            sprite: the drawn part.
            centre: position of its centre, scene pixels.
            class_id: label of its pixels.
            base: relief level below it; None follows the surface below (stickers, screws).
            shadow: length of its shadow, pixels.
        """
        tall, wide = sprite.coverage.shape
        x, y = round(centre[0] - wide / 2), round(centre[1] - tall / 2)
        if shadow:
            self._cast(sprite.coverage, x, y, shadow)
        window = self._window(x, y, wide, tall)
        if window is None:
            return
        here, part = window
        coverage = sprite.coverage[part]
        self._colour[here] = blend(self._colour[here], sprite.colour[part], coverage)
        self.label[here][sprite.mask[part]] = class_id
        above = (sprite.relief[part].astype(np.int32) - LEVEL) * _EIGHTH
        weight = coverage.astype(np.int32)
        below = self._relief[here].astype(np.int32)
        raised = below + above if base is None else base * _EIGHTH + above
        self._relief[here] = (below + (raised - below) * weight // 255).astype(np.int16)

    def press(self, dent: Dent, centre: Point, class_id: int) -> None:
        """Push a dent into the surface."""
        tall, wide = dent.mask.shape
        x, y = round(centre[0] - wide / 2), round(centre[1] - tall / 2)
        window = self._window(x, y, wide, tall)
        if window is None:
            return
        here, part = window
        self._relief[here] -= dent.depth[part]
        self.label[here][dent.mask[part]] = class_id

    def lit(self) -> NDArray[np.uint8]:
        """Return the picture under the light, uint8 [height, width, 3]."""
        relief = cv2.copyMakeBorder(self._relief, 1, 1, 1, 1, cv2.BORDER_REPLICATE)
        relief = np.asarray(relief, np.int16).astype(np.int32)
        slope_x = relief[1:-1, 2:] - relief[1:-1, :-2]
        slope_y = relief[2:, 1:-1] - relief[:-2, 1:-1]
        # A slope that faces the light rises away from it.
        towards = -(slope_x * self._light.x + slope_y * self._light.y)
        gain = np.clip(256 + (towards >> 4), 104, 420)
        return scale(self._colour, gain)

    def _cast(self, coverage: NDArray[np.uint8], x: int, y: int, length: int) -> None:
        margin = length + 2
        wide = np.asarray(
            cv2.copyMakeBorder(
                coverage, margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=0
            ),
            np.uint8,
        )
        soft = blur(wide, length / 3 + 0.6)
        x, y = x - margin - self._light.x * length // 16, y - margin - self._light.y * length // 16
        window = self._window(x, y, soft.shape[1], soft.shape[0])
        if window is None:
            return
        here, part = window
        gain = 256 - soft[part].astype(np.int32) * self._light.hardness // 255
        self._colour[here] = scale(self._colour[here], gain)

    def _window(
        self, x: int, y: int, width: int, height: int
    ) -> tuple[tuple[slice, slice], tuple[slice, slice]] | None:
        """Return the slices of the canvas and of a part at (x, y) where both exist."""
        left, top = max(0, x), max(0, y)
        right, bottom = min(self.width, x + width), min(self.height, y + height)
        if left >= right or top >= bottom:
            return None
        here = (slice(top, bottom), slice(left, right))
        part = (slice(top - y, bottom - y), slice(left - x, right - x))
        return here, part
