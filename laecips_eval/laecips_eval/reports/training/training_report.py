"""The report of a training, `report.json`: keys, and how they are computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from laecips_cloud.metrics import ConfusionMatrix
from laecips_cloud.training.steps.learning_curve import LearningCurve

from laecips_eval.model_fitting.held_out_measures import HeldOutMeasures
from laecips_eval.scoring.run_figures import ReportPart


class ClassFigures(ReportPart):
    """One class on held-out pictures; None where the class or its answer does not occur.

    Attributes:
        name: of the class.
        share: of the labelled pixels.
        iou: intersection over union.
        precision: share of the answers that are right; low: it is named too often.
        recall: share of the true pixels that were found; low: it is overlooked.
        iou_assisted: IoU of F; also None without F.
        iou_perfect: IoU of F with perfect masks.
    """

    name: str
    share: float
    iou: float | None
    precision: float | None
    recall: float | None
    iou_assisted: float | None
    iou_perfect: float | None


class Confusion(ReportPart):
    """The pair of classes that is confused most.

    Attributes:
        truth: the class that it is.
        answer: the class that it is called.
        share: of the true class's pixels that get this answer.
    """

    truth: str
    answer: str
    share: float


class CurvePoint(ReportPart):
    """A value at a progress of the training in [0, 1]."""

    done: float
    value: float


class WorstPicture(ReportPart):
    """A picture by name, and the IoU of its answer (eq. 22)."""

    name: str
    iou: float


class TrainingReport(ReportPart):
    """What a training made, measured on held-out pictures.

    Attributes:
        name: of the bundle or of the teacher's folder.
        role: pair or teacher.
        pictures: number of held-out pictures.
        miou: data-set mIoU of the network alone.
        miou_assisted: of F; None for a teacher.
        miou_perfect: of F with perfect masks: the upper bound of better masks.
        classes: figures by class.
        confusion: the worst pair; None if nothing was confused.
        worst: the ten worst pictures, the worst first.
        losses: mean loss in the course of the training; empty if its result was restored.
        mious: mIoU on a few of the held-out pictures in its course.
        settings: of the training.
    """

    name: str
    role: str
    pictures: int
    miou: float
    miou_assisted: float | None
    miou_perfect: float
    classes: list[ClassFigures]
    confusion: Confusion | None
    worst: list[WorstPicture]
    losses: list[CurvePoint]
    mious: list[CurvePoint]
    settings: dict[str, Any]


def training_report(
    measures: HeldOutMeasures,
    *,
    name: str,
    role: str,
    pictures: int,
    classes: Sequence[str],
    curve: LearningCurve,
    settings: Mapping[str, Any],
) -> TrainingReport:
    """Compute the report; see `TrainingReport` for the arguments."""
    return TrainingReport(
        name=name,
        role=role,
        pictures=pictures,
        miou=measures.alone.miou(),
        miou_assisted=None if measures.assisted is None else measures.assisted.miou(),
        miou_perfect=measures.perfect.miou(),
        classes=_classes(measures, classes),
        confusion=worst_pair(measures.alone, classes),
        worst=[
            WorstPicture(name=failure.frame.name, iou=failure.iou) for failure in measures.worst
        ],
        losses=_points(curve.losses),
        mious=_points(curve.mious),
        settings=dict(settings),
    )


def worst_pair(matrix: ConfusionMatrix, classes: Sequence[str]) -> Confusion | None:
    """Return the pair of classes of which the largest share of true pixels is confused."""
    counts = matrix.counts[:, : matrix.classes].astype(float)
    true = matrix.counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, true, out=np.zeros_like(counts), where=true > 0)
    np.fill_diagonal(shares, 0.0)
    truth, answer = np.unravel_index(int(shares.argmax()), shares.shape)
    share = float(shares[truth, answer])
    if not share:
        return None
    return Confusion(truth=classes[int(truth)], answer=classes[int(answer)], share=share)


def _classes(measures: HeldOutMeasures, classes: Sequence[str]) -> list[ClassFigures]:
    alone, assisted = measures.alone, measures.assisted
    true = alone.counts.sum(axis=1)
    columns = zip(
        classes,
        true / max(int(true.sum()), 1),
        alone.iou(),
        alone.precision(),
        alone.recall(),
        [None] * len(classes) if assisted is None else assisted.iou(),
        measures.perfect.iou(),
        strict=True,
    )
    return [
        ClassFigures(
            name=name,
            share=float(share),
            iou=_known(iou),
            precision=_known(precision),
            recall=_known(recall),
            iou_assisted=_known(iou_assisted),
            iou_perfect=_known(iou_perfect),
        )
        for name, share, iou, precision, recall, iou_assisted, iou_perfect in columns
    ]


def _known(value: float | None) -> float | None:
    return None if value is None or np.isnan(value) else float(value)


def _points(places: Sequence[tuple[float, float]]) -> list[CurvePoint]:
    return [CurvePoint(done=done, value=value) for done, value in places if np.isfinite(value)]
