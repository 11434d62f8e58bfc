"""Masks of several pictures: `sam_onnx` against segment-anything, on the same weights and prompts.

Pictures are of the inspection scene, weights random, as in the benchmark `sam`. All masks of all
prompts are compared, none is left out for its rating: that masks which are rated alike are chosen
alike is what `sam-masks` shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from laecips_eval.benchmarks.sam.automatic import ask_sides, mean_best_iou

PICTURES: Final = 20
POINTS_PER_SIDE: Final = 4


class Row(NamedTuple):
    """One side.

    Attributes:
        masks_by: the engine.
        precision: what it computes in.
        pictures: how many.
        prompts: of each.
        masks: of the package, of all pictures, that are not empty.
        mask_iou: mean over pictures of the mean over the package's masks of the IoU with the best
            of these.
        worst_iou: that of the worst picture.
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
) -> list[Row]:
    """Lets the package cut all pictures, then each engine.

    Args:
        engines: names as `create_engine` takes them.
        providers: where they run, best first.
        threads: of one run on the CPU, the package's too.
        checkpoint: of SAM; None for `vit_b` with random weights.
        pictures: how many, at least 1.
        points_per_side: prompts along a side.

    Raises:
        ValueError: an engine or a provider is not there, or a process fails.
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


def _row(side: dict[str, Any], package: dict[str, Any], *, prompts: int) -> Row:
    ious = [mean_best_iou(*pair) for pair in zip(package["bits"], side["bits"], strict=True)]
    return Row(
        masks_by=side["masks_by"],
        precision=side["precision"],
        pictures=len(ious),
        prompts=prompts,
        masks=sum(len(masks) for masks in package["bits"]),
        mask_iou=float(np.mean(ious)),
        worst_iou=min(ious),
    )
