"""Selection of masks from the decoder's output: `AutomaticMasks` against segment-anything.

Both get the same synthetic logits: wavy discs of all sizes; several prompts find each disc, with
slightly different masks. Times are CPU times of one thread.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import cv2
import numpy as np
from laecips_cloud.mask_generators.sam.automatic.automatic_masks import AutomaticMasks, KeepRules
from laecips_cloud.mask_generators.sam.automatic.geometry import geometry
from laecips_cloud.mask_generators.sam.automatic.prompts import point_grid
from laecips_cloud.masks import MaskSet
from numpy.typing import NDArray

from laecips_eval.benchmarks.sam.timed import Timed

SHAPES: Final = ((360, 480), (480, 640), (720, 1280), (1080, 1920))
PICTURES: Final = 5
POINTS_PER_SIDE: Final = 6
SQUARE: Final = 1024
SMALL: Final = 256
_POINTS_PER_BATCH: Final = 18

Floats = NDArray[np.float32]
Boolean = NDArray[np.bool_]


class MasksRow(NamedTuple):
    """Pictures of one size; times are means per picture.

    Attributes:
        size: height and width.
        pictures: number of pictures.
        small_masks: masks per picture before the selection.
        kept: mean number of masks that segment-anything keeps.
        package_ms: milliseconds of segment-anything.
        ours_ms: milliseconds of `AutomaticMasks`.
        ratio: package_ms / ours_ms.
        mask_iou: mean over the masks of both sides of the best IoU with the other side's masks.
    """

    size: str
    pictures: int
    small_masks: int
    kept: float
    package_ms: float
    ours_ms: float
    ratio: float
    mask_iou: float


def run(*, pictures: int = PICTURES) -> list[MasksRow]:
    """Measure some pictures of each size.

    Raises:
        ImportError: segment-anything is not installed.
    """
    import torch  # noqa: PLC0415 (not for all benchmarks)

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return [_row(shape, pictures) for shape in SHAPES]
    finally:
        torch.set_num_threads(threads)


def drawn(seed: int, shape: tuple[int, int]) -> tuple[Floats, Floats]:
    """Return random logits [N, 3, SMALL, SMALL] and ratings [N, 3] for the points of a grid."""
    rng = np.random.default_rng(seed)
    scale = SMALL / max(shape)
    y, x = np.mgrid[:SMALL, :SMALL].astype(np.float32)
    discs = []
    for _ in range(25):
        column, row = rng.uniform(0, (shape[1] * scale, shape[0] * scale))
        radius = np.exp(rng.uniform(np.log(4), np.log(90)))
        angle = np.arctan2(y - row, x - column)
        waves = 1 + rng.uniform(0, 0.3) * np.sin(rng.integers(2, 7) * angle)
        discs.append(radius * waves - np.hypot(y - row, (x - column) * rng.uniform(0.5, 1)))
    logits, ratings = [], []
    for column, row in (point_grid(POINTS_PER_SIDE, shape) * scale).astype(int):
        depth = [disc[row, column] for disc in discs]
        for index in np.argsort(depth)[::-1][:3]:
            noise = cv2.resize(rng.normal(scale=0.6, size=(32, 32)), (SMALL, SMALL))
            sharpness = np.exp(rng.uniform(-1, 1.5))
            logits.append(np.clip((discs[index] + noise) * sharpness, -30, 30))
            ratings.append(rng.uniform(0.8, 1))
    return (
        np.array(logits, np.float32).reshape(-1, 3, SMALL, SMALL),
        np.array(ratings, np.float32).reshape(-1, 3),
    )


def _row(shape: tuple[int, int], pictures: int) -> MasksRow:
    kept, ious = [], []
    seconds = np.zeros(2)
    for seed in range(pictures):
        logits, ratings = drawn(seed, shape)
        theirs, package_s = _package(logits, ratings, shape)
        ours = Timed(_ours)
        masks = ours(logits, ratings, shape)
        found = [_whole(masks, index) for index in range(masks.count)]
        seconds += package_s, ours.seconds
        kept.append(len(theirs))
        ious += [_best_iou(mask, found) for mask in theirs]
        ious += [_best_iou(mask, theirs) for mask in found]
    package_ms, ours_ms = seconds / pictures * 1e3
    return MasksRow(
        size=f"{shape[0]} x {shape[1]}",
        pictures=pictures,
        small_masks=3 * POINTS_PER_SIDE**2,
        kept=float(np.mean(kept)),
        package_ms=float(package_ms),
        ours_ms=float(ours_ms),
        ratio=float(package_ms / ours_ms),
        mask_iou=float(np.mean(ious)),
    )


def _ours(logits: Floats, ratings: Floats, shape: tuple[int, int]) -> MaskSet:
    masks = AutomaticMasks(geometry(shape, SQUARE, SMALL), threshold=0.0, rules=KeepRules())
    for first in range(0, len(logits), _POINTS_PER_BATCH):
        part = slice(first, first + _POINTS_PER_BATCH)
        masks.add(logits[part], ratings[part])
    return masks.kept()


def _package(
    logits: Floats, ratings: Floats, shape: tuple[int, int]
) -> tuple[list[Boolean], float]:
    """Return segment-anything's masks and CPU seconds, without the time of the encoder."""
    import torch  # noqa: PLC0415 (not for all benchmarks)
    from laecips_cloud.mask_generators.sam.torch_backend.torchvision_stand_in import (  # noqa: PLC0415
        import_segment_anything,
    )

    class Encoder(torch.nn.Module):
        img_size = SQUARE

        def forward(self, picture: torch.Tensor) -> torch.Tensor:
            return picture

    class Decoder(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.left = [torch.from_numpy(logits), torch.from_numpy(ratings)]

        def forward(
            self, *, sparse_prompt_embeddings: torch.Tensor, **_: Any
        ) -> list[torch.Tensor]:
            count = len(sparse_prompt_embeddings)
            batch = [values[:count] for values in self.left]
            self.left = [values[count:] for values in self.left]
            return batch

    package = import_segment_anything()
    prompts = package.modeling.PromptEncoder(8, (SQUARE // 16,) * 2, (SQUARE,) * 2, 16)
    generator = package.SamAutomaticMaskGenerator(
        package.modeling.Sam(Encoder(), prompts, Decoder()),
        points_per_side=POINTS_PER_SIDE,
        points_per_batch=_POINTS_PER_BATCH,
    )
    sees = generator.predictor.set_image = Timed(generator.predictor.set_image)
    makes = Timed(generator.generate)
    records = makes(np.zeros((*shape, 3), np.uint8))
    return [record["segmentation"] for record in records], makes.seconds - sees.seconds


def _whole(masks: MaskSet, index: int) -> Boolean:
    top, left, pixels = masks.masks[index]
    full = np.zeros(masks.shape, np.bool_)
    full[top : top + pixels.shape[0], left : left + pixels.shape[1]] = pixels
    return full


def _best_iou(mask: Boolean, others: list[Boolean]) -> float:
    shares = [
        np.count_nonzero(mask & other) / max(1, int(np.count_nonzero(mask | other)))
        for other in others
    ]
    return max(shares, default=0.0)
