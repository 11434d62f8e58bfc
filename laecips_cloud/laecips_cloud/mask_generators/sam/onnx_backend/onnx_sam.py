"""Segment Anything (Kirillov et al., 2023), exported: automatic masks on any inference engine."""

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
from laecips_cloud.mask_generators.sam.automatic.geometry import Geometry, geometry
from laecips_cloud.mask_generators.sam.automatic.prompts import chosen_points as choose_points
from laecips_cloud.mask_generators.sam.automatic.prompts import point_grid
from laecips_cloud.mask_generators.sam.onnx_backend.networks import SamNetworks, square_picture
from laecips_cloud.mask_generators.sam.options import check_options
from laecips_cloud.masks import MaskSet

_NAME = "mask generator sam_onnx"


class SamOnnxMaskGenerator:
    """The masks of `sam` without torch and in a fraction of its time and memory.

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
        """Loads the networks.

        Args:
            model: folder that `laecips models export-sam` wrote.
            engine: name of the inference engine.
            providers: where it runs, best first, with + between them.
            threads: for one run on the CPU.
            points_per_side: prompts along each side of the picture, 1 to 512.
            points_per_batch: prompts at a time; more need more memory, and on a CPU save no time.
            chosen_points: where scores are at hand, as many prompts where they are unsure and in
                the middles of their segments, instead of the grid; 0 for the grid always.
            pred_iou_thresh, stability_score_thresh, stability_score_offset, box_nms_thresh,
                crop_nms_thresh, min_mask_region_area: as `sam` has them, see `KeepRules`.
            crop_n_layers, crop_overlap_ratio, crop_n_points_downscale_factor: as `sam` has them;
                each crop is one more run of the encoder.

        Raises:
            MaskGeneratorError: there is no usable export or engine, or a value is out of range.
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
            # The first picture on a GPU takes seconds or, compiled there, minutes.
            self.at(np.full((8, 8, 3), 128, np.uint8), np.array([[4.0, 4.0]]))

    def generate(self, rgb: NDArray[np.uint8]) -> MaskSet:
        """Cuts uint8 [H, W, 3] into masks that may overlap; see `MaskGenerator.generate`."""
        return self._of_crops(rgb, self._grid)

    def generate_with(self, rgb: NDArray[np.uint8], scores: NDArray[np.float32]) -> MaskSet:
        """As `generate`, for one who has the scores that the masks are for.

        Args:
            rgb: uint8 [H, W, 3], RGB.
            scores: softmax, float32 [M, H, W].
        """
        return self._of_crops(rgb, self._prompts(scores))

    def prepare_batches(self, most: int) -> int:
        """See `BatchMaskGenerator.prepare_batches`: as many as the engine's memory holds."""
        return self.networks.prepare_batches(most)

    def generate_batch(
        self, pictures: Sequence[NDArray[np.uint8]], scores: Sequence[NDArray[np.float32]]
    ) -> list[MaskSet]:
        """See `BatchMaskGenerator.generate_batch`.

        The pictures share the run of the image encoder. Crops of them, where `crop_n_layers` asks
        for some, have runs of their own.
        """
        squares = [self._square(rgb, whole(_shape(rgb))) for rgb in pictures]
        embeddings = self.networks.embed(np.concatenate(squares))
        return [
            self._of_crops(rgb, self._prompts(of_it), embedding)
            for rgb, of_it, embedding in zip(pictures, scores, embeddings, strict=True)
        ]

    def at(self, rgb: NDArray[np.uint8], points: NDArray[np.float64]) -> MaskSet:
        """The masks of some points, without further crops.

        Args:
            rgb: uint8 [H, W, 3], RGB.
            points: float64 [N, 2] as x, y in pixels of the picture.
        """
        crop = whole(_shape(rgb))
        return self._seen(crop, points, self._embedded(rgb, crop)).kept()

    def _prompts(self, scores: NDArray[np.float32]) -> Callable[[Crop], NDArray[np.float64]]:
        """Points for each crop, from the scores where they are to be chosen."""
        if not self._chosen_points:
            return self._grid

        def chosen(crop: Crop) -> NDArray[np.float64]:
            # Points along a side shrink by the factor: of all there are fewer by its square.
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
        """The masks of the points that stand in each crop.

        `embedding` is of the whole picture, where it is known.
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
        """What may be kept of the points of one crop, as x, y in its pixels."""
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
        """float32 [1, 3, S, S], a crop as the encoder takes it."""
        manifest = self.networks.manifest
        return square_picture(
            rgb[crop.window],
            self._place(crop),
            square=manifest.image_size,
            mean=manifest.mean,
            std=manifest.std,
        )

    def _place(self, crop: Crop) -> Geometry:
        manifest = self.networks.manifest
        return geometry(crop.shape, manifest.image_size, manifest.mask_size)


def _shape(rgb: NDArray[np.uint8]) -> tuple[int, int]:
    return rgb.shape[0], rgb.shape[1]
