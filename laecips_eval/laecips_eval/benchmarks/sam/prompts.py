"""Prompts that are chosen by f's scores, against a regular grid.

The truth takes the place of SAM: a prompt yields the whole true region at its point. So the
benchmark measures which regions the prompts find and what F gains from them, not SAM's contours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from time import process_time
from typing import Final, NamedTuple

import numpy as np
from laecips_cloud.fusion.mask_fusion import fuse
from laecips_cloud.fusion.vote import PAPER, Vote
from laecips_cloud.mask_generators.sam.automatic.prompts import chosen_points, point_grid
from laecips_cloud.masks import Mask, MaskSet
from laecips_cloud.metrics import ConfusionMatrix
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.inference.segmenter import Segmenter
from numpy.typing import NDArray

from laecips_eval.datasets import open_dataset
from laecips_eval.mask_study.true_regions import perfect_masks

FRAMES: Final = 24
GRIDS: Final = (8, 16, 32)
COUNTS: Final = (32, 64, 128, 256)

Scores = NDArray[np.float32]


class PromptsRow(NamedTuple):
    """One way to place prompts, on the inspection scene's `held_out`.

    Attributes:
        prompts: name of the way.
        points: mean number of prompts per frame.
        regions: mean number of true regions that they find per frame.
        miou: F's data-set mIoU with these regions, by Algorithm 1 of the paper.
        miou_bounds: the same with the default bounds of the vote.
        ms: CPU milliseconds per frame to place the prompts.
    """

    prompts: str
    points: float
    regions: float
    miou: float
    miou_bounds: float
    ms: float


class _Frame(NamedTuple):
    label: NDArray[np.uint8]
    regions: NDArray[np.int32]
    scores: Scores


def run(path: Path, *, frames: int = FRAMES) -> list[PromptsRow]:
    """Compare f alone, grids and chosen prompts.

    Args:
        path: folder of a bundle for the inspection scene's classes.
        frames: number of frames.

    Raises:
        ValueError: the bundle cannot be used.
    """
    dataset = open_dataset("inspection", split="held_out", count=4 * frames)
    segmenter = Segmenter(Bundle.load(path, classes=dataset.classes))
    taken = []
    for index in np.linspace(0, len(dataset) - 1, frames).astype(int):
        _, image, label = dataset[int(index)]
        scores = segmenter.scores(np.ascontiguousarray(image))
        taken.append(_Frame(label, perfect_masks(label).regions, scores))
    return [_row(name, place, taken) for name, place in _ways()]


def _ways() -> Iterator[tuple[str, Callable[[Scores], NDArray[np.float64]]]]:
    yield "none: f alone", lambda _: np.zeros((0, 2))
    for side in GRIDS:
        yield f"grid {side} x {side}", lambda s, n=side: point_grid(n, s.shape[1:])  # type: ignore[misc]
    for count in COUNTS:
        yield f"chosen, {count}", lambda s, n=count: chosen_points(s, n)  # type: ignore[misc]


def _row(
    name: str, place: Callable[[Scores], NDArray[np.float64]], frames: list[_Frame]
) -> PromptsRow:
    votes = (PAPER, Vote())
    matrices = [ConfusionMatrix(len(frames[0].scores)) for _ in votes]
    counts, found, seconds = [], [], 0.0
    for label, regions, scores in frames:
        started = process_time()
        points = place(scores).astype(int)
        seconds += process_time() - started
        hit = np.unique(regions[points[:, 1], points[:, 0]])
        masks = MaskSet(
            (label.shape[0], label.shape[1]), tuple(Mask.crop(regions == index) for index in hit)
        )
        for matrix, vote in zip(matrices, votes, strict=True):
            matrix.add(fuse(scores, masks, vote=vote).label_map, label)
        counts.append(len(points))
        found.append(masks.count)
    return PromptsRow(
        prompts=name,
        points=float(np.mean(counts)),
        regions=float(np.mean(found)),
        miou=matrices[0].miou(),
        miou_bounds=matrices[1].miou(),
        ms=1e3 * seconds / len(frames),
    )
