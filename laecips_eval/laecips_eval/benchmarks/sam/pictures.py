"""Masks of several pictures: `sam_onnx` against segment-anything, on the same weights and prompts.

The pictures show the inspection scene; the weights are random, as in the benchmark `sam`. All masks
of all prompts are compared, whatever their rating; the benchmark `sam-masks` compares the selection
by rating.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from laecips_eval.benchmarks.sam.automatic import ask_sides, mean_best_iou

PICTURES: Final = 20
POINTS_PER_SIDE: Final = 4


class PicturesRow(NamedTuple):
    """The result of one engine.

    Attributes:
        masks_by: the engine.
        precision: precision of the computation.
        pictures: number of pictures.
        prompts: prompts per picture.
        masks: number of the package's masks that are not empty, over all pictures.
        mask_iou: mean over pictures of the mean over the package's masks of the best IoU with a
            mask of this side.
        worst_iou: the same mean for the worst picture.
    """

    masks_by: str
    precision: str
    pictures: int
    prompts: int
    masks: int
    mask_iou: float
    worst_iou: float


def run(
    *,
    engines: Sequence[str],
    providers: Sequence[str],
    threads: int,
    checkpoint: Path | None = None,
    pictures: int = PICTURES,
    points_per_side: int = POINTS_PER_SIDE,
) -> list[PicturesRow]:
    """Compare the masks of each engine with those of the package.

    Args:
        engines: engine names, as for `create_engine`.
        providers: execution providers, best first.
        threads: CPU threads of one run, also of the package.
        checkpoint: SAM's checkpoint; None for `vit_b` with random weights.
        pictures: number of pictures, at least 1.
        points_per_side: prompts along each side of the picture.

    Raises:
        ValueError: an engine or a provider is missing, or a process fails.
        ImportError: segment-anything is not installed.
    """
    package, *others = ask_sides(
        engines=engines,
        providers=providers,
        threads=threads,
        checkpoint=checkpoint,
        points_per_side=points_per_side,
        pred_iou_thresh=0.0,
        pictures=pictures,
    )
    return [_row(side, package, prompts=points_per_side**2) for side in others]


def _row(side: dict[str, Any], package: dict[str, Any], *, prompts: int) -> PicturesRow:
    ious = [mean_best_iou(*pair) for pair in zip(package["bits"], side["bits"], strict=True)]
    return PicturesRow(
        masks_by=side["masks_by"],
        precision=side["precision"],
        pictures=len(ious),
        prompts=prompts,
        masks=sum(len(masks) for masks in package["bits"]),
        mask_iou=float(np.mean(ious)),
        worst_iou=min(ious),
    )
