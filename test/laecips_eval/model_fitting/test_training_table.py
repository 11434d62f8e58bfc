"""What a training made, as a table for people."""

import io

import numpy as np
from laecips_cloud.metrics import ConfusionMatrix
from laecips_cloud.networks import RFNet
from laecips_cloud.training.first.teacher_training import TaughtTeacher
from laecips_cloud.training.steps.learning_curve import LearningCurve
from laecips_edge.core.image.tiling import Tiling
from laecips_eval.model_fitting.held_out_measures import HeldOutMeasures
from laecips_eval.model_fitting.training_table import teacher_table
from laecips_eval.reports.training.training_report import training_report
from rich.console import Console

CURVE = LearningCurve(held_out=[], tiling=Tiling((32, 32)))


def confused(answer: list[int]) -> ConfusionMatrix:
    matrix = ConfusionMatrix(3)
    matrix.add(np.array([answer], np.uint8), np.array([[0, 0, 1, 1]], np.uint8))
    return matrix


def test_a_teachers_table_has_a_row_for_each_class_and_the_mean() -> None:
    plain, drifted = confused([0, 0, 1, 0]), confused([0, 1, 1, 1])
    taught = TaughtTeacher(
        network=RFNet(classes=3, width=0.125, depth=False),
        temperature=1.25,
        as_they_are=plain,
        drifted=drifted,
        curve=CURVE,
        measured_on=[],
    )
    report = training_report(
        HeldOutMeasures(alone=plain, assisted=None, perfect=plain, worst=()),
        name="teacher",
        role="teacher",
        pictures=1,
        classes=("belt", "part", "screw"),
        curve=CURVE,
        settings={},
    )
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(teacher_table(taught, report))
    text = console.export_text()
    lines = [line.split() for line in text.splitlines() if "\u2502" in line]
    rows = {row[1]: [cell for cell in row[2:] if cell != "\u2502"] for row in lines}
    assert rows["belt"] == ["0.667", "0.500", "0.667", "1.000"]
    assert rows["part"] == ["0.500", "0.667", "1.000", "0.500"]
    assert rows["screw"] == ["nan", "nan", "-", "-"]
    assert rows["mean"] == ["0.583", "0.583"]
    assert "confused most: 50% of the pixels of part are called belt" in text
