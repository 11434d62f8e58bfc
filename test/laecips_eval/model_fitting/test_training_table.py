"""What a training made, as a table for people."""

import numpy as np
from laecips_cloud.metrics import ConfusionMatrix
from laecips_cloud.networks import RFNet
from laecips_cloud.training.first.teacher_training import TaughtTeacher
from laecips_eval.model_fitting.training_table import teacher_table


def confused(answer: list[int]) -> ConfusionMatrix:
    matrix = ConfusionMatrix(3)
    matrix.add(np.array([answer], np.uint8), np.array([[0, 0, 1, 1]], np.uint8))
    return matrix


def test_a_teachers_table_has_a_row_for_each_class_and_the_mean() -> None:
    taught = TaughtTeacher(
        network=RFNet(classes=3, width=0.125, depth=False),
        temperature=1.25,
        as_they_are=confused([0, 0, 1, 1]),
        drifted=confused([0, 1, 1, 1]),
    )
    table = teacher_table(taught, ("belt", "part", "screw"))
    assert [[column.header, *column.cells] for column in table.columns] == [
        ["class", "belt", "part", "screw", "mean"],
        ["as they are", "1.000", "1.000", "nan", "1.000"],
        ["drifted", "0.500", "0.667", "nan", "0.583"],
    ]
