"""Segment Anything (Kirillov et al., 2023): masks from a grid of points."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from laecips_cloud.mask_generators.generator import MaskGeneratorError
from laecips_cloud.mask_generators.sam_checkpoint import load_sam
from laecips_cloud.mask_generators.torchvision_stand_in import import_segment_anything
from laecips_cloud.masks import Mask, MaskSet


class SamMaskGenerator:
    """SAM's automatic masks. On a CPU a frame takes minutes with the usual 32 points a side."""

    def __init__(
        self,
        *,
        checkpoint: str = "",
        device: str = "cpu",
        points_per_side: int = 32,
        points_per_batch: int = 64,
        min_predicted_iou: float = 0.88,
        min_stability: float = 0.95,
    ) -> None:
        """Loads the checkpoint.

        Args:
            checkpoint: path of the weights; the size of the network is told from them.
            device: as torch names it: cpu, cuda, cuda:1, ...
            points_per_side: prompts along each side of the picture, at least 1.
            points_per_batch: prompts at a time; more need more memory.
            min_predicted_iou: masks that SAM itself rates lower are dropped, in [0, 1].
            min_stability: masks that change more with their threshold are dropped, in [0, 1].

        Raises:
            MaskGeneratorError: there is no usable checkpoint or device, or a value is out of range.
            ImportError: segment-anything is not installed.
        """
        if not checkpoint:
            raise MaskGeneratorError(
                "mask generator sam needs weights: set its option checkpoint to the path of one "
                "of segment-anything (sam_vit_b, sam_vit_l or sam_vit_h), or take graph"
            )
        for name, points in (("side", points_per_side), ("batch", points_per_batch)):
            if points < 1:
                raise MaskGeneratorError(
                    f"mask generator sam: points_per_{name} is {points}, it must be at least 1"
                )
        sam = load_sam(checkpoint)
        try:
            sam.to(device)
        except (RuntimeError, AssertionError) as error:
            reason = str(error).splitlines()[0]
            raise MaskGeneratorError(
                f"mask generator sam: device {device!r} cannot be used ({reason}); take cpu"
            ) from error
        self._generator = import_segment_anything().SamAutomaticMaskGenerator(
            sam,
            points_per_side=points_per_side,
            points_per_batch=points_per_batch,
            pred_iou_thresh=min_predicted_iou,
            stability_score_thresh=min_stability,
        )

    def generate(self, rgb: NDArray[np.uint8]) -> MaskSet:
        """Cuts uint8 [H, W, 3] into masks that may overlap; see `MaskGenerator.generate`."""
        with torch.inference_mode():
            records = self._generator.generate(rgb)
        height, width = rgb.shape[:2]
        masks = (Mask.crop(np.asarray(record["segmentation"], np.bool_)) for record in records)
        # Its own guess at the IoU can leave 0..1 by a little.
        qualities = (min(1.0, max(0.0, float(record["predicted_iou"]))) for record in records)
        return MaskSet((height, width), tuple(masks), tuple(qualities))
