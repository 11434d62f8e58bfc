"""The promotion gate: may a new pair replace the one that robots run?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from laecips_cloud.metrics import ConfusionMatrix


@dataclass(frozen=True, kw_only=True)
class Exam:
    """What one pair showed, as a robot will run it.

    Attributes:
        source: confusion matrix on labelled source frames that nothing learns from.
        loss: against F, as f is trained, the mean over the lessons that were held out by their
            weights.
    """

    source: ConfusionMatrix
    loss: float


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the gate says.

    Attributes:
        promoted: whether robots may have it.
        reason: one line for people: what it gained, or what it failed.
        measures: the figures, for the manifest.
    """

    promoted: bool
    reason: str
    measures: Mapping[str, Any]


def judge(
    candidate: Exam,
    parent: Exam,
    *,
    first: NDArray[np.float64],
    best_miou: float,
    parent_miou: float,
    classes: Sequence[str],
    max_source_loss: float,
    max_class_loss: float,
) -> Verdict:
    """Promotes a pair that learnt the new without losing the old.

    Args:
        candidate: the new pair's exam.
        parent: the exam of the pair that it was trained from, on the same lessons.
        first: float64 [M], the first version's IoU of each class on the source frames; nan where
            there is none. A floor that stands still, however many updates come.
        best_miou: the best mIoU on the source frames of any version so far.
        parent_miou: the parent's, for the record.
        classes: their names.
        max_source_loss: how much of `best_miou` may be lost.
        max_class_loss: how much of `first` any class may lose.

    Returns:
        The verdict; the first thing that failed is its reason.
    """
    miou, iou = candidate.source.miou(), candidate.source.iou()
    measures = {
        "source_miou": _rounded(miou),
        "source_miou_parent": _rounded(parent_miou),
        "source_miou_best": _rounded(best_miou),
        "source_iou": {name: _rounded(value) for name, value in zip(classes, iou, strict=True)},
        "loss": _rounded(candidate.loss),
        "loss_parent": _rounded(parent.loss),
    }
    reason = ""
    # A class that is neither there nor seen any more has no IoU: no fall, unless it had a floor.
    fallen = np.flatnonzero(np.nan_to_num(iou) < first - max_class_loss)
    if not np.isfinite(candidate.loss):
        reason = f"its loss on the held-out lessons is {candidate.loss}"
    elif not miou >= best_miou - max_source_loss:
        reason = (
            f"mIoU on held-out source frames falls from {best_miou:.3f} to {miou:.3f}, by more "
            f"than {max_source_loss:g}"
        )
    elif fallen.size:
        index = int(fallen[0])
        reason = (
            f"IoU of {classes[index]} on held-out source frames is {iou[index]:.3f}, its floor "
            f"{first[index] - max_class_loss:.3f}"
        )
    elif not candidate.loss < parent.loss:
        reason = (
            f"loss against F on the held-out lessons is {candidate.loss:.4f}, not below the "
            f"parent's {parent.loss:.4f}"
        )
    if reason:
        return Verdict(promoted=False, reason=reason, measures=measures)
    reason = (
        f"loss against F falls from {parent.loss:.4f} to {candidate.loss:.4f}, source mIoU is "
        f"{miou:.3f} (best {best_miou:.3f})"
    )
    return Verdict(promoted=True, reason=reason, measures=measures)


def _rounded(value: float) -> float | None:
    """JSON has no nan."""
    return round(float(value), 4) if np.isfinite(value) else None
