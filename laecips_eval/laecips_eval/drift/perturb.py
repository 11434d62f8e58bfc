"""The frames of a stream under a drift: a picture and its truth, in any order."""

from __future__ import annotations

from typing import Final

import numpy as np
from laecips_edge.core.image.codecs import decode_rgb, encode_jpeg
from numpy.typing import NDArray

from laecips_eval.drift.effects import camera_rays, expose
from laecips_eval.drift.plan import DriftPlan
from laecips_eval.drift.recipe import AS_TAKEN
from laecips_eval.inspection_scene.drawing.exact_pixels import reproducible
from laecips_eval.inspection_scene.drawing.random_stream import RandomStream

_SCENE, _FRAME = 7, 8  # keep the streams of a drift apart from each other and from the scene's
_NO_CLASS: Final = 255
_BEST_QUALITY, _WORST_QUALITY = 95, 8


class Perturbation:
    """A drift, frame by frame; the result depends only on the plan, the picture and its index.

    Attributes:
        plan: segments and dials.
    """

    def __init__(self, plan: DriftPlan) -> None:
        self.plan = plan

    def touches(self, index: int) -> bool:
        """Return whether a frame is changed at all."""
        return self.plan.dials(index) != AS_TAKEN

    def picture(self, index: int, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return the picture of a frame under the drift, without the JPEG.

        Args:
            index: position of the frame in the stream.
            rgb: uint8 [H, W, 3].

        Returns:
            uint8 [H, W, 3].
        """
        dials, seed = self.plan.dials(index), self.plan.recipe.seed
        if dials.camera:
            with reproducible():
                rgb = camera_rays(*rgb.shape[:2], dials.camera).look_at(rgb)
        return expose(
            rgb,
            dials,
            scene=(_SCENE, seed, self.plan.place(index)),
            frame=RandomStream(_FRAME, seed, index),
        )

    def label(self, index: int, label: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return the label map of a frame, uint8 [H, W], moved with the camera.

        What the first picture does not show has no class (255).
        """
        moved = self.plan.dials(index).camera
        if not moved:
            return label
        rays = camera_rays(*label.shape[:2], moved)
        return rays.look_at_labels(np.ascontiguousarray(label), outside=_NO_CLASS)

    def jpeg(self, index: int, rgb: NDArray[np.uint8]) -> bytes:
        """Return the picture of a frame under the drift as a JPEG file.

        Args:
            index: position of the frame in the stream.
            rgb: the picture without drift, uint8 [H, W, 3].
        """
        dial = self.plan.dials(index).jpeg
        quality = round(_BEST_QUALITY + (_WORST_QUALITY - _BEST_QUALITY) * dial)
        return encode_jpeg(self.picture(index, rgb), quality)

    def pixels(self, index: int, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return the picture of a frame under the drift, with the traces of JPEG if it has any.

        Args:
            index: position of the frame in the stream.
            rgb: the picture without drift, uint8 [H, W, 3].
        """
        if self.plan.dials(index).jpeg:
            return decode_rgb(self.jpeg(index, rgb))
        return self.picture(index, rgb)
