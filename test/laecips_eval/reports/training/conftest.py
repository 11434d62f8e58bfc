"""A training's measures, made of label maps that are written out."""

import numpy as np
import pytest
from laecips_cloud.metrics import ConfusionMatrix
from laecips_cloud.training.data.labelled_frames import LabelledFrame
from laecips_cloud.training.steps.learning_curve import LearningCurve
from laecips_edge.core.image.tiling import Tiling
from laecips_eval.model_fitting.held_out_measures import Failure, HeldOutMeasures
from laecips_eval.reports.training.training_report import TrainingReport, training_report

CLASSES = ("belt", "part", "screw")


def matrix(answer: list[int], truth: list[int]) -> ConfusionMatrix:
    counted = ConfusionMatrix(3)
    counted.add(np.array([answer], np.uint8), np.array([truth], np.uint8))
    return counted


@pytest.fixture
def measures() -> HeldOutMeasures:
    """Of eight belt and two part pixels a belt and a part are mistaken; no screw is there."""
    truth = [0] * 8 + [1] * 2
    label = np.zeros((24, 32), np.uint8)
    shown = LabelledFrame("plate-7", np.full((24, 32, 3), 90, np.uint8), label)
    return HeldOutMeasures(
        alone=matrix([0] * 7 + [1, 1, 0], truth),
        assisted=matrix([0] * 8 + [1, 0], truth),
        perfect=matrix(truth, truth),
        worst=(Failure(frame=shown, answer=np.ones_like(label), iou=0.25),),
    )


@pytest.fixture
def report(measures: HeldOutMeasures) -> TrainingReport:
    """The report of these measures."""
    curve = LearningCurve(held_out=[], tiling=Tiling((24, 32)))
    curve.losses += [(0.0, 2.0), (0.5, 1.0), (1.0, 0.5)]
    curve.mious += [(0.0, float("nan")), (0.5, 0.25)]
    return training_report(
        measures,
        name="plant",
        role="pair",
        pictures=1,
        classes=CLASSES,
        curve=curve,
        settings={"width": 0.5},
    )
