"""The promotion gate: may a new pair replace the one that robots run?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from laecips_cloud.metrics import ConfusionMatrix

FEWEST_TRUTH: Final = 5
"""Fewest frames of people's truth on which a gain says more than chance."""


@dataclass(frozen=True, kw_only=True)
class Exam:
    """The results of one pair, run as a robot runs it.

    Attributes:
        source: confusion matrix on the held-out source frames.
        loss: f's training loss against F's labels, the weighted mean over the held-out lessons.
        trust: h's trust in [0, 1] on each of those lessons.
        truth: confusion matrix on the frames that people labelled for the gate; None for none.
        truth_frames: number of those frames.
    """

    source: ConfusionMatrix
    loss: float
    trust: tuple[float, ...] = ()
    truth: ConfusionMatrix | None = None
    truth_frames: int = 0

    @property
    def truth_miou(self) -> float:
        """Return the mIoU on people's truth; nan without any."""
        return self.truth.miou() if self.truth is not None and self.truth_frames else float("nan")


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The gate's decision.

    Attributes:
        promoted: whether robots may have the pair.
        reason: one line for people: what the pair gained, or which condition it failed.
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
    """Promote a pair that improves on the held-out lessons and stays good on the source frames.

    People's truth outranks F: where there is some, the pair may not lose there, and a gain there,
    on `FEWEST_TRUTH` frames or more, stands in for a lower loss against F's labels.

    Args:
        candidate: the new pair's exam.
        parent: the exam of the pair that it was trained from, on the same lessons.
        first: float64 [M], the first version's IoU of each class on the source frames, nan for a
            class without one: a floor that no update moves.
        best_miou: the best mIoU of any good version on the source frames.
        parent_miou: the parent's mIoU on the source frames, only reported.
        classes: names of the classes.
        max_source_loss: most mIoU that the pair may lose against `best_miou`.
        max_class_loss: most IoU that any class may lose against `first`.

    Returns:
        The verdict; its reason is the first condition that failed.
    """
    miou, iou = candidate.source.miou(), candidate.source.iou()
    measures = {
        "source_miou": _rounded(miou),
        "source_miou_parent": _rounded(parent_miou),
        "source_miou_best": _rounded(best_miou),
        "source_iou": {name: _rounded(value) for name, value in zip(classes, iou, strict=True)},
        "loss": _rounded(candidate.loss),
        "loss_parent": _rounded(parent.loss),
        "truth_frames": candidate.truth_frames,
        "truth_miou": _rounded(candidate.truth_miou),
        "truth_miou_parent": _rounded(parent.truth_miou),
    }
    learnt = candidate.loss < parent.loss
    on_truth = f"mIoU on the {candidate.truth_frames} frames that people labelled for the gate"
    gained = candidate.truth_frames >= FEWEST_TRUTH and candidate.truth_miou > parent.truth_miou
    reason = ""
    # A class without pixels in truth and answers has no IoU: it counts as 0 if it has a floor.
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
    elif candidate.truth_miou < parent.truth_miou:
        reason = f"{on_truth} falls from {parent.truth_miou:.3f} to {candidate.truth_miou:.3f}"
    elif not (learnt or gained):
        reason = (
            f"loss against F on the held-out lessons is {candidate.loss:.4f}, not below the "
            f"parent's {parent.loss:.4f}"
        )
    if reason:
        return Verdict(promoted=False, reason=reason, measures=measures)
    reason = (
        f"loss against F falls from {parent.loss:.4f} to {candidate.loss:.4f}"
        if learnt
        else f"{on_truth} rises from {parent.truth_miou:.3f} to {candidate.truth_miou:.3f}"
    )
    reason += f", source mIoU is {miou:.3f} (best {best_miou:.3f})"
    return Verdict(promoted=True, reason=reason, measures=measures)


def _rounded(value: float) -> float | None:
    """Round a figure for the manifest; None for nan and infinity, which JSON does not have."""
    return round(float(value), 4) if np.isfinite(value) else None
