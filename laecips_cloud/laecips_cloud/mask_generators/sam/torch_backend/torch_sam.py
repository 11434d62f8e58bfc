"""Segment Anything (Kirillov et al., 2023): masks from a grid of points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray

from laecips_cloud.mask_generators.generator import MaskGeneratorError, largest_that_fits
from laecips_cloud.mask_generators.sam.options import check_options
from laecips_cloud.mask_generators.sam.torch_backend.checkpoint import load_sam
from laecips_cloud.mask_generators.sam.torch_backend.precision import place
from laecips_cloud.mask_generators.sam.torch_backend.records import mask_set, shrink, working_size
from laecips_cloud.mask_generators.sam.torch_backend.torchvision_stand_in import (
    import_segment_anything,
)
from laecips_cloud.masks import MaskSet

_BATCH_PIXELS: Final = 1 << 20  # largest working size with points_per_batch points at a time


class SamMaskGenerator:
    """SAM's automatic masks. With 32 points per side, a frame takes minutes on a CPU."""

    def __init__(
        self,
        *,
        checkpoint: str = "",
        device: str = "cpu",
        precision: str = "fp32",
        points_per_side: int = 32,
        points_per_batch: int = 64,
        pred_iou_thresh: float = 0.88,
        stability_score_thresh: float = 0.95,
        stability_score_offset: float = 1.0,
        box_nms_thresh: float = 0.7,
        crop_n_layers: int = 0,
        crop_nms_thresh: float = 0.7,
        crop_overlap_ratio: float = 512 / 1500,
        crop_n_points_downscale_factor: int = 1,
        min_mask_region_area: int = 0,
        max_side: int = 2048,
    ) -> None:
        """Load the checkpoint. Other options than the first three and the last are SAM's own.

        Args:
            checkpoint: path of the weights, or a name of `laecips models list` that was fetched;
                the size of the network follows from the weights.
            device: torch's name of it: cpu, cuda, cuda:1, ...
            precision: of the image encoder: fp32, bf16 or (not on a CPU) fp16.
            points_per_side: prompts along each side of the picture, 1 to 512.
            points_per_batch: prompts at a time, 1 to 65,536; more need more memory. Pictures above
                a million pixels get fewer, so that the memory stays bounded.
            pred_iou_thresh: drop masks whose predicted IoU is not above this; in [0, 1], 0 keeps
                all.
            stability_score_thresh: drop masks whose stability is below this; in [0, 1], 0 keeps
                all.
            stability_score_offset: shift of the mask threshold for the stability, at least 0.
            box_nms_thresh: of two masks whose boxes have a larger IoU, keep one; in [0, 1].
            crop_n_layers: number of layers of 4, 16, ... crops of the picture, with their own
                prompts; 0 to 4.
            crop_nms_thresh: as box_nms_thresh, between crops.
            crop_overlap_ratio: overlap of the first layer's crops, as a share of the short side, in
                [0, 1].
            crop_n_points_downscale_factor: divides points_per_side for each layer; at least 1.
            min_mask_region_area: remove smaller holes and islands of masks, pixels at the working
                size; 0 removes none.
            max_side: reduce a picture with a longer side to this size, and enlarge its masks; 64 to
                8192 pixels. SAM itself uses 1024.

        Raises:
            MaskGeneratorError: no checkpoint or device can be used, or a value is out of range.
            ImportError: segment-anything is not installed.
        """
        if not checkpoint:
            raise MaskGeneratorError(
                "mask generator sam needs weights: set its option checkpoint to sam_vit_b, "
                "sam_vit_l or sam_vit_h (`laecips models fetch NAME` brings them) or to a path, or "
                "take graph"
            )
        options = {
            "points_per_side": points_per_side,
            "points_per_batch": points_per_batch,
            "pred_iou_thresh": pred_iou_thresh,
            "stability_score_thresh": stability_score_thresh,
            "stability_score_offset": stability_score_offset,
            "box_nms_thresh": box_nms_thresh,
            "crop_n_layers": crop_n_layers,
            "crop_nms_thresh": crop_nms_thresh,
            "crop_overlap_ratio": crop_overlap_ratio,
            "crop_n_points_downscale_factor": crop_n_points_downscale_factor,
            "min_mask_region_area": min_mask_region_area,
        }
        check_options({**options, "max_side": max_side})
        sam: Any = load_sam(checkpoint)
        place(sam, device=device, precision=precision)
        self._generator = _automatic(sam, options)
        self._image_size = sam.image_encoder.img_size
        self._points, self._layers, self._max_side = points_per_batch, crop_n_layers, max_side
        self._device = torch.device(device)
        if self._device.type != "cpu":
            # The first picture on a GPU takes seconds: run one now, not during a robot's request.
            self.generate(self._grey())

    def generate(self, rgb: NDArray[np.uint8]) -> MaskSet:
        """Cut uint8 [H, W, 3] into masks that may overlap; see `MaskGenerator.generate`.

        Return no masks for a picture so narrow that SAM's resizing leaves no row or column.
        """
        shape = (rgb.shape[0], rgb.shape[1])
        size = self._size(rgb)
        if size is None:
            return MaskSet(shape, (), (), ())
        pixels = size[0] * size[1]
        self._generator.points_per_batch = max(
            1, min(self._points, self._points * _BATCH_PIXELS // pixels)
        )
        # segment-anything fails on crops of a picture of a few pixels.
        self._generator.crop_n_layers = self._layers if min(size) >= 4**self._layers else 0
        with torch.inference_mode():
            records = self._generator.generate(shrink(rgb, size))
        return mask_set(records, shape)

    def prepare_batches(self, most: int) -> int:
        """See `BatchMaskGenerator.prepare_batches`: test how many fit into a GPU's memory."""
        return most if self._device.type == "cpu" else largest_that_fits(most, self._fits)

    def generate_batch(
        self, pictures: Sequence[NDArray[np.uint8]], scores: Sequence[NDArray[np.float32]]
    ) -> list[MaskSet]:
        """See `BatchMaskGenerator.generate_batch`; `scores` is ignored.

        The pictures share one run of the image encoder, which resizes them to one size. Crops, if
        `crop_n_layers` asks for them, have runs of their own.
        """
        sizes = [self._size(rgb) for rgb in pictures]
        seen = [shrink(rgb, size) for rgb, size in zip(pictures, sizes, strict=True) if size]
        predictor = self._generator.predictor
        with torch.inference_mode():
            embedded = iter(predictor.embed(seen) if seen else ())
        masks = []
        for rgb, size in zip(pictures, sizes, strict=True):
            predictor.embedded = next(embedded) if size else None
            masks.append(self.generate(rgb))
        return masks

    def _grey(self) -> NDArray[np.uint8]:
        return np.full((self._image_size, self._image_size, 3), 128, np.uint8)

    def _fits(self, pictures: int) -> bool:
        """Return whether the image encoder has memory for this many pictures at a time."""
        try:
            with torch.inference_mode():
                self._generator.predictor.embed([self._grey()] * pictures)
        except torch.OutOfMemoryError:
            torch.cuda.empty_cache()
            return False
        return True

    def _size(self, rgb: NDArray[np.uint8]) -> tuple[int, int] | None:
        """Return the working size of a picture; None if SAM's resizing leaves nothing of it."""
        size = working_size((rgb.shape[0], rgb.shape[1]), self._max_side)
        return None if 2 * min(size) * self._image_size < max(size) else size


def _automatic(sam: Any, options: dict[str, Any]) -> Any:
    """Return segment-anything's generator, changed to allow crops without a mask.

    Its predictor accepts pictures whose embedding has been computed before.
    """
    package = import_segment_anything()
    predictor: Any = package.SamPredictor
    generator: Any = package.SamAutomaticMaskGenerator

    class EmbeddedPredictor(predictor):
        embedded: tuple[torch.Tensor, tuple[int, int]] | None = None  # of the next picture

        def embed(self, pictures: Sequence[NDArray[np.uint8]]) -> list[Any]:
            resized = [
                torch.as_tensor(self.transform.apply_image(rgb), device=self.device)
                .permute(2, 0, 1)
                .contiguous()[None]
                for rgb in pictures
            ]
            squares = torch.cat([self.model.preprocess(planes) for planes in resized])
            embeddings = self.model.image_encoder(squares).split(1)
            sizes = [tuple(planes.shape[-2:]) for planes in resized]
            return list(zip(embeddings, sizes, strict=True))

        def set_image(self, image: NDArray[np.uint8], image_format: str = "RGB") -> None:
            if self.embedded is None:
                super().set_image(image, image_format)
                return
            self.reset_image()
            self.features, self.input_size = self.embedded
            self.original_size, self.is_image_set = image.shape[:2], True
            self.embedded = None

    class Generator(generator):
        def __init__(self, sam: Any, **options: Any) -> None:
            super().__init__(sam, **options)
            self.predictor = EmbeddedPredictor(sam)

        def _process_crop(self, *given: Any) -> Any:
            data = super()._process_crop(*given)
            data["crop_boxes"] = data["crop_boxes"].reshape(-1, 4)  # without a mask it is [0]
            return data

    # Run lengths: a full-size mask for each record would need too much memory.
    return Generator(sam, output_mode="uncompressed_rle", **options)
