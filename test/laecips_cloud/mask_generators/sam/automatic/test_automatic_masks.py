"""Which masks are kept: segment-anything decides on the same small masks, at full size."""

from pathlib import Path

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch")

from laecips_cloud.mask_generators.sam.automatic.automatic_masks import (  # noqa: E402
    AutomaticMasks,
    KeepRules,
    join,
)
from laecips_cloud.mask_generators.sam.automatic.crops import Crop, crops  # noqa: E402
from laecips_cloud.mask_generators.sam.automatic.geometry import geometry  # noqa: E402
from laecips_cloud.mask_generators.sam.automatic.prompts import point_grid  # noqa: E402
from laecips_cloud.mask_generators.sam.torch_backend.checkpoint import load_sam  # noqa: E402
from laecips_cloud.mask_generators.sam.torch_backend.torchvision_stand_in import (  # noqa: E402
    import_segment_anything,
)
from laecips_cloud.masks import MaskSet  # noqa: E402

SHAPES = [(72, 96), (96, 72), (128, 128), (150, 211)]
SIDE = 6


def drawn_masks(seed: int, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Logits [N, 3, 32, 32] and ratings [N, 3]: for each point the objects that it lies in.

    Objects are wavy discs; each time one is drawn it is a little another, its rim sharp or not.
    """
    rng = np.random.default_rng(seed)
    scale = 32 / max(shape)
    y, x = np.mgrid[:32, :32].astype(np.float32)
    objects = []
    for _ in range(20):
        column, row = rng.uniform(0, (shape[1] * scale, shape[0] * scale))
        radius = np.exp(rng.uniform(np.log(1.5), np.log(12)))
        waves = 1 + rng.uniform(0, 0.3) * np.sin(
            rng.integers(2, 6) * np.arctan2(y - row, x - column)
        )
        objects.append(radius * waves - np.hypot(y - row, x - column))
    logits, ratings = [], []
    for point in point_grid(SIDE, shape) * scale:
        inside = [field[int(point[1]), int(point[0])] for field in objects]
        for index in np.argsort(inside)[::-1][:3]:
            noise = cv2.resize(rng.normal(scale=0.4, size=(6, 6)), (32, 32))
            sharpness = np.exp(rng.uniform(0, 3))
            logits.append((objects[index] + noise) * sharpness)
            ratings.append(rng.uniform(0.8, 1))
    return (
        np.array(logits, np.float32).reshape(-1, 3, 32, 32),
        np.array(ratings, np.float32).reshape(-1, 3),
    )


class Drawn(torch.nn.Module):
    """In the place of SAM's decoder: gives what was drawn, batch by batch."""

    def __init__(self, logits: np.ndarray, ratings: np.ndarray) -> None:
        super().__init__()
        self.left = [torch.from_numpy(logits), torch.from_numpy(ratings)]

    def forward(self, *, sparse_prompt_embeddings, **_):
        count = len(sparse_prompt_embeddings)
        batch = [values[:count] for values in self.left]
        self.left = [values[count:] for values in self.left]
        return batch


def packages_masks(sam, shape: tuple[int, int], **options) -> list[np.ndarray]:
    generator = import_segment_anything().SamAutomaticMaskGenerator(
        sam, points_per_side=SIDE, points_per_batch=8, **options
    )
    records = generator.generate(np.zeros((*shape, 3), np.uint8))
    return [record["segmentation"] for record in records]


def our_masks_of_crops(
    drawn: list[tuple[np.ndarray, np.ndarray]],
    parts: list[Crop],
    rules: KeepRules,
) -> MaskSet:
    found = []
    for (logits, ratings), crop in zip(drawn, parts, strict=True):
        masks = AutomaticMasks(geometry(crop.shape, 128, 32), threshold=0.0, rules=rules, crop=crop)
        masks.add(logits, ratings)
        found.append(masks.best())
    return join(found, parts[0].picture, threshold=0.0, rules=rules)


def our_masks(
    logits: np.ndarray, ratings: np.ndarray, shape: tuple[int, int], rules: KeepRules
) -> MaskSet:
    masks = AutomaticMasks(geometry(shape, 128, 32), threshold=0.0, rules=rules)
    for first in range(0, len(logits), 5):
        masks.add(logits[first : first + 5], ratings[first : first + 5])
    return masks.kept()


def whole(masks: MaskSet) -> list[np.ndarray]:
    full = [np.zeros(masks.shape, np.bool_) for _ in masks.masks]
    for pixels, (top, left, part) in zip(full, masks.masks, strict=True):
        pixels[top : top + part.shape[0], left : left + part.shape[1]] = part
    return full


def best_iou(mask: np.ndarray, others: list[np.ndarray]) -> float:
    return max(((mask & other).sum() / (mask | other).sum() for other in others), default=0.0)


@pytest.mark.parametrize("min_area", [0, 40])
def test_on_twenty_pictures_they_are_the_packages(sam_checkpoint: Path, min_area: int) -> None:
    sam = load_sam(sam_checkpoint)
    ious: list[float] = []
    count = 0
    for seed in range(20):
        shape = SHAPES[seed % len(SHAPES)]
        logits, ratings = drawn_masks(seed, shape)
        sam.mask_decoder = Drawn(logits, ratings)
        theirs = packages_masks(sam, shape, min_mask_region_area=min_area)
        ours = whole(our_masks(logits, ratings, shape, KeepRules(min_mask_region_area=min_area)))
        count += len(theirs)
        ious += [best_iou(mask, ours) for mask in theirs]
        ious += [best_iou(mask, theirs) for mask in ours]
    assert count > 60
    assert np.mean(ious) >= 0.99


@pytest.mark.parametrize(
    ("layers", "crop_nms_thresh", "min_area"),
    [(1, 0.7, 0), (1, 0.3, 40), (1, 0.7, 40), (2, 0.9, 40)],
)
def test_with_crops_they_are_the_packages(
    sam_checkpoint: Path, layers: int, crop_nms_thresh: float, min_area: int
) -> None:
    sam = load_sam(sam_checkpoint)
    ious: list[float] = []
    of_crops = 0
    for seed, shape in enumerate([(150, 211), (256, 192), (300, 300)]):
        parts = crops(shape, layers, 0.3)
        drawn = [drawn_masks(100 * seed + i, crop.shape) for i, crop in enumerate(parts)]
        sam.mask_decoder = Drawn(*(np.concatenate(values) for values in zip(*drawn, strict=True)))
        options = {"crop_nms_thresh": crop_nms_thresh, "min_mask_region_area": min_area}
        theirs = packages_masks(sam, shape, crop_n_layers=layers, crop_overlap_ratio=0.3, **options)
        found = our_masks_of_crops(drawn, parts, KeepRules(**options))
        ours = whole(found)
        of_crops += len(theirs) - our_masks(*drawn[0], shape, KeepRules(**options)).count
        ious += [best_iou(mask, ours) for mask in theirs]
        ious += [best_iou(mask, theirs) for mask in ours]
        if not min_area:
            assert list(found.qualities or ()) == sorted(found.qualities or (), reverse=True)
    assert of_crops > 10
    assert np.mean(ious) >= 0.99


def test_of_two_crops_the_smaller_ones_mask_stays() -> None:
    """However the larger one's is rated."""
    parts = crops((150, 211), 1, 1.0)[:2]
    assert parts[1][1:5] == (0, 0, 150, 181)
    drawn = []
    for crop, rating in zip(parts, (1.0, 0.9), strict=True):
        y, x = (np.mgrid[:32, :32] + 0.5) * max(crop.shape) / 32
        disc = (300 - 10 * np.hypot(y - 75, x - 100)).astype(np.float32)
        drawn.append((disc[None, None], np.full((1, 1), rating, np.float32)))
    masks = our_masks_of_crops(drawn, parts, KeepRules())
    assert masks.qualities == pytest.approx([0.9])
    loose = our_masks_of_crops(drawn, parts, KeepRules(crop_nms_thresh=1.0))
    assert loose.qualities == pytest.approx([1.0, 0.9])


def test_ratings_come_with_the_masks_the_best_first() -> None:
    logits, ratings = drawn_masks(0, (72, 96))
    masks = our_masks(logits, ratings + 0.1, (72, 96), KeepRules())
    assert masks.qualities is not None
    assert list(masks.qualities) == sorted(masks.qualities, reverse=True)
    assert max(masks.qualities) == 1.0  # SAM's own may be more
    assert masks.stabilities is not None
    assert all(0.9 < stability <= 1 for stability in masks.stabilities)


def test_what_does_not_find_room_is_left_out() -> None:
    logits, ratings = drawn_masks(0, (72, 96))
    collected = AutomaticMasks(geometry((72, 96), 128, 32), threshold=0.0, rules=KeepRules())
    collected.add(logits, ratings)
    every = collected.kept()
    room = sum(mask.pixels.size for mask in every.masks[:2])
    assert every.count > collected.kept(most_bytes=room).count == 2


@pytest.mark.parametrize(
    "rules",
    [
        KeepRules(pred_iou_thresh=1.0),
        KeepRules(stability_score_thresh=1.0),
    ],
)
def test_none_may_be_kept(rules: KeepRules) -> None:
    logits, ratings = drawn_masks(0, (72, 96))
    assert our_masks(np.tanh(logits), ratings, (72, 96), rules).count == 0


def test_no_points_no_masks() -> None:
    masks = AutomaticMasks(geometry((7, 9), 128, 32), threshold=0.0, rules=KeepRules()).kept()
    assert (masks.shape, masks.count) == ((7, 9), 0)
