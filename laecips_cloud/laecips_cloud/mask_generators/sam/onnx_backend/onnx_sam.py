"""Exported Segment Anything (Kirillov et al., 2023): automatic masks on any inference engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from laecips_cloud.mask_generators.generator import MaskGeneratorError
from laecips_cloud.mask_generators.sam.automatic.automatic_masks import (
    AutomaticMasks,
    KeepRules,
    join,
)
from laecips_cloud.mask_generators.sam.automatic.crops import Crop, crops, whole
from laecips_cloud.mask_generators.sam.automatic.geometry import PictureAxes, geometry
from laecips_cloud.mask_generators.sam.automatic.prompts import chosen_points as choose_points
from laecips_cloud.mask_generators.sam.automatic.prompts import point_grid
from laecips_cloud.mask_generators.sam.onnx_backend.networks import SamNetworks, square_picture
from laecips_cloud.mask_generators.sam.options import check_options
from laecips_cloud.masks import MaskSet

_NAME = "mask generator sam_onnx"


class SamOnnxMaskGenerator:
    """The masks of `sam` without torch, in less time and memory.

    Attributes:
        networks: encoder and decoder.
    """

    def __init__(
        self,
        *,
        model: str = "",
        engine: str = "onnxruntime",
        providers: str = "CPUExecutionProvider",
        threads: int = 1,
        points_per_side: int = 32,
        points_per_batch: int = 4,
        chosen_points: int = 0,
        pred_iou_thresh: float = 0.88,
        stability_score_thresh: float = 0.95,
        stability_score_offset: float = 1.0,
        box_nms_thresh: float = 0.7,
        crop_n_layers: int = 0,
        crop_nms_thresh: float = 0.7,
        crop_overlap_ratio: float = 512 / 1500,
        crop_n_points_downscale_factor: int = 1,
        min_mask_region_area: int = 0,
    ) -> None:
        """Load the networks.

        Args:
            model: folder that `laecips models export-sam` wrote.
            engine: name of the inference engine.
            providers: where the engine runs, best first, separated by +.
            threads: CPU threads of one run.
            points_per_side: prompts along each side of the picture, 1 to 512.
            points_per_batch: prompts at a time; more need more memory, and save no time on a CPU.
            chosen_points: number of prompts chosen from the scores, where these are unsure and in
                the centres of their segments, instead of the grid; 0 always uses the grid.
            pred_iou_thresh: see `KeepRules`.
            stability_score_thresh: see `KeepRules`.
            stability_score_offset: see `KeepRules`.
            box_nms_thresh: see `KeepRules`.
            crop_n_layers: as for `sam`; each crop is one more run of the encoder.
            crop_nms_thresh: see `KeepRules`.
            crop_overlap_ratio: as for `sam`.
            crop_n_points_downscale_factor: as for `sam`.
            min_mask_region_area: see `KeepRules`.

        Raises:
            MaskGeneratorError: no export or engine can be used, or a value is out of range.
        """
        if not model:
            raise MaskGeneratorError(
                f"{_NAME} needs a network: set its option model to a folder that `laecips models "
                "export-sam` wrote, or take graph"
            )
        self._rules = KeepRules(
            pred_iou_thresh=pred_iou_thresh,
            stability_score_thresh=stability_score_thresh,
            stability_score_offset=stability_score_offset,
            box_nms_thresh=box_nms_thresh,
            crop_nms_thresh=crop_nms_thresh,
            min_mask_region_area=min_mask_region_area,
        )
        points = {"points_per_side": points_per_side, "points_per_batch": points_per_batch}
        crop_options = {
            "crop_n_layers": crop_n_layers,
            "crop_overlap_ratio": crop_overlap_ratio,
            "crop_n_points_downscale_factor": crop_n_points_downscale_factor,
        }
        check_options({**points, **crop_options, **asdict(self._rules)}, "sam_onnx")
        if chosen_points < 0:
            raise MaskGeneratorError(
                f"{_NAME}: chosen_points is {chosen_points}, it must be at least 0"
            )
        try:
            self.networks = SamNetworks(
                Path(model).expanduser(),
                points_per_batch=min(points_per_batch, chosen_points or points_per_side**2),
                engine=engine,
                providers=providers.split("+"),
                threads=threads,
            )
        except ValueError as error:
            raise MaskGeneratorError(f"{_NAME}: {error}") from error
        self._points_per_side, self._chosen_points = points_per_side, chosen_points
        self._layers, self._overlap_ratio = crop_n_layers, crop_overlap_ratio
        self._downscale = crop_n_points_downscale_factor
        if not providers.startswith("CPU"):
            # The first picture takes seconds on a GPU, or minutes if it compiles: run one now.
            self.at(np.full((8, 8, 3), 128, np.uint8), np.array([[4.0, 4.0]]))

    def generate(self, rgb: NDArray[np.uint8]) -> MaskSet:
        """Cut uint8 [H, W, 3] into masks that may overlap; see `MaskGenerator.generate`."""
        return self._of_crops(rgb, self._grid)

    def generate_with(self, rgb: NDArray[np.uint8], scores: NDArray[np.float32]) -> MaskSet:
        """Cut as `generate` does, with prompts chosen from the scores.

        Args:
            rgb: uint8 [H, W, 3], RGB.
            scores: softmax scores, float32 [M, H, W].
        """
        return self._of_crops(rgb, self._prompts(scores))

    def prepare_batches(self, most: int) -> int:
        """See `BatchMaskGenerator.prepare_batches`: as many as the engine's memory holds."""
        return self.networks.prepare_batches(most)

    def generate_batch(
        self, pictures: Sequence[NDArray[np.uint8]], scores: Sequence[NDArray[np.float32]]
    ) -> list[MaskSet]:
        """See `BatchMaskGenerator.generate_batch`.

        The pictures share one run of the image encoder. Crops, if `crop_n_layers` asks for them,
        have runs of their own.
        """
        squares = [self._square(rgb, whole(_shape(rgb))) for rgb in pictures]
        embeddings = self.networks.embed(np.concatenate(squares))
        return [
            self._of_crops(rgb, self._prompts(of_it), embedding)
            for rgb, of_it, embedding in zip(pictures, scores, embeddings, strict=True)
        ]

    def at(self, rgb: NDArray[np.uint8], points: NDArray[np.float64]) -> MaskSet:
        """Return the masks of some points, without further crops.

        Args:
            rgb: uint8 [H, W, 3], RGB.
            points: float64 [N, 2] as x, y in pixels of the picture.
        """
        crop = whole(_shape(rgb))
        return self._seen(crop, points, self._embedded(rgb, crop)).kept()

    def _prompts(self, scores: NDArray[np.float32]) -> Callable[[Crop], NDArray[np.float64]]:
        """Return a function from a crop to its points, chosen from the scores or on the grid."""
        if not self._chosen_points:
            return self._grid

        def chosen(crop: Crop) -> NDArray[np.float64]:
            # The factor divides the points along a side: their number falls by its square.
            count = self._chosen_points // self._downscale ** (2 * crop.layer)
            return choose_points(scores[:, *crop.window], max(1, count))

        return chosen

    def _grid(self, crop: Crop) -> NDArray[np.float64]:
        return point_grid(self._points_per_side // self._downscale**crop.layer, crop.shape)

    def _of_crops(
        self,
        rgb: NDArray[np.uint8],
        points: Callable[[Crop], NDArray[np.float64]],
        embedding: NDArray[np.float32] | None = None,
    ) -> MaskSet:
        """Return the masks of the points in each crop.

        `embedding` is that of the whole picture, if it is known.
        """
        shape = _shape(rgb)
        found = []
        for crop in crops(shape, self._layers, self._overlap_ratio):
            known = embedding if crop.layer == 0 else None
            seen = self._embedded(rgb, crop) if known is None else known
            found.append(self._seen(crop, points(crop), seen).best())
        threshold = self.networks.manifest.mask_threshold
        return join(found, shape, threshold=threshold, rules=self._rules)

    def _seen(
        self, crop: Crop, points: NDArray[np.float64], embedding: NDArray[np.float32]
    ) -> AutomaticMasks:
        """Return the candidates of one crop's points, [N, 2] as x, y in the crop's pixels."""
        networks, place = self.networks, self._place(crop)
        masks = AutomaticMasks(
            place, threshold=networks.manifest.mask_threshold, rules=self._rules, crop=crop
        )
        prompts = place.to_square(points)
        for first in range(0, len(prompts), networks.points_per_batch):
            masks.add(
                *networks.decode(embedding, prompts[first : first + networks.points_per_batch])
            )
        return masks

    def _embedded(self, rgb: NDArray[np.uint8], crop: Crop) -> NDArray[np.float32]:
        (embedding,) = self.networks.embed(self._square(rgb, crop))
        return embedding

    def _square(self, rgb: NDArray[np.uint8], crop: Crop) -> NDArray[np.float32]:
        """Return a crop as the encoder's input, float32 [1, 3, S, S]."""
        manifest = self.networks.manifest
        return square_picture(
            rgb[crop.window],
            self._place(crop),
            square=manifest.image_size,
            mean=manifest.mean,
            std=manifest.std,
        )

    def _place(self, crop: Crop) -> PictureAxes:
        manifest = self.networks.manifest
        return geometry(crop.shape, manifest.image_size, manifest.mask_size)


def _shape(rgb: NDArray[np.uint8]) -> tuple[int, int]:
    return rgb.shape[0], rgb.shape[1]
