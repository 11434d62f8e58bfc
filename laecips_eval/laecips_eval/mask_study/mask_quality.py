"""Quality of a generator's masks, independent of the class scorer."""

from __future__ import annotations

from collections.abc import Iterable
from time import thread_time
from typing import NamedTuple

import numpy as np
from laecips_cloud.fusion.mask_fusion import fuse
from laecips_cloud.fusion.vote import PAPER, Vote
from laecips_cloud.mask_generators import MaskGenerator
from laecips_cloud.masks import Masks, Partition
from laecips_cloud.metrics import ConfusionMatrix
from numpy.typing import NDArray

from laecips_eval.mask_study.true_regions import true_regions


class Quality(NamedTuple):
    """The quality of one generator's masks on some frames.

    Attributes:
        masks: mean number of masks per frame.
        best_iou: mean over the true regions of the IoU with the best-fitting mask.
        upper_bound: data-set mIoU if each mask gets the true class of most of its pixels.
        gain: data-set mIoU of fusion within the default bounds of the vote minus that of f, in
            points; nan without scores of f.
        unbounded_gain: the same of the paper's Algorithm 1, which has no bounds.
        milliseconds: median CPU time per frame on one core; other load does not count.
    """

    masks: float
    best_iou: float
    upper_bound: float
    gain: float
    unbounded_gain: float
    milliseconds: float


class StudiedFrame(NamedTuple):
    """A picture, its truth and f's scores.

    Attributes:
        rgb: uint8 [H, W, 3].
        label: uint8 [H, W], 255 = void.
        scores: f's scores, float32 [M, H, W]; None without an f.
    """

    rgb: NDArray[np.uint8]
    label: NDArray[np.uint8]
    scores: NDArray[np.float32] | None


def measure(generator: MaskGenerator, frames: Iterable[StudiedFrame], classes: int) -> Quality:
    """Run a generator over frames.

    Args:
        generator: the mask generator.
        frames: at least one; either all have scores or none has.
        classes: number of classes M.
    """
    times, counts, ious = [], [], []
    gains = [float("nan")] * 2
    bound, alone, *fused = (ConfusionMatrix(classes) for _ in range(4))
    for rgb, label, scores in frames:
        started = thread_time()
        masks = generator.generate(rgb)
        times.append((thread_time() - started) * 1e3)
        counts.append(masks.count)
        ious.extend(best_ious(masks, label, classes))
        perfect = (label == np.arange(classes, dtype=np.uint8)[:, None, None]).astype(np.float32)
        bound.add(fuse(perfect, masks).label_map, label)
        if scores is not None:
            alone.add(scores.argmax(axis=0).astype(np.uint8), label)
            for matrix, vote in zip(fused, (Vote(), PAPER), strict=True):
                matrix.add(fuse(scores, masks, vote=vote).label_map, label)
            gains = [100 * (matrix.miou() - alone.miou()) for matrix in fused]
    return Quality(
        masks=float(np.mean(counts)),
        best_iou=float(np.mean(ious)),
        upper_bound=bound.miou(),
        gain=gains[0],
        unbounded_gain=gains[1],
        milliseconds=float(np.median(times)),
    )


def best_ious(masks: Masks, label: NDArray[np.uint8], classes: int) -> list[float]:
    """Return, for each true region, its IoU with the best-fitting mask.

    Args:
        masks: masks of the picture.
        label: uint8 [H, W], 255 = void.
        classes: number of classes M.

    Returns:
        One IoU per connected region of one class with at least `true_regions.SMALLEST_REGION`
        pixels.
    """
    regions, count = true_regions(label, classes)
    if isinstance(masks, Partition):
        pairs = masks.regions.astype(np.int64) * (count + 1) + regions
        common = np.bincount(pairs.reshape(-1), minlength=masks.count * (count + 1))
        common = common.reshape(-1, count + 1)
    else:
        common = np.zeros((len(masks.masks), count + 1), np.int64)
        for index, (top, left, pixels) in enumerate(masks.masks):
            under = regions[top : top + pixels.shape[0], left : left + pixels.shape[1]]
            common[index] = np.bincount(under[pixels], minlength=count + 1)
    areas = common.sum(axis=1, keepdims=True)
    true_areas = np.bincount(regions.reshape(-1), minlength=count + 1)
    iou = common / np.maximum(areas + true_areas - common, 1)
    return [float(best) for best in iou.max(axis=0, initial=0.0)[1:]]
