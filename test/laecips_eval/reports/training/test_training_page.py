import base64
import re

import cv2
import numpy as np
from laecips_eval.model_fitting.held_out_measures import HeldOutMeasures
from laecips_eval.reports.training.training_page import (
    bounds_table,
    classes_table,
    training_page,
    worst_sheet,
)
from laecips_eval.reports.training.training_report import TrainingReport

PALETTE = [(10, 20, 30), (200, 100, 0), (0, 0, 250)]


def test_f_stands_beside_its_bounds(report: TrainingReport) -> None:
    (group,) = bounds_table(report).groups
    assert [[row.name[:7], *row.cells] for row in group.rows] == [
        ["f alone", "0.556", "0.0"],
        ["F, with", "0.694", "+13.9"],
        ["F, if i", "1.000", "+44.4"],
    ]


def test_a_class_that_is_not_there_has_dashes(report: TrainingReport) -> None:
    (group,) = classes_table(report).groups
    assert [row.name for row in group.rows] == ["belt", "part", "screw"]
    assert set(group.rows[2].cells[1:]) == {"\N{EN DASH}"}


def test_the_page_says_it_all(report: TrainingReport, measures: HeldOutMeasures) -> None:
    sheet = worst_sheet(measures.worst, classes=("belt", "part", "screw"), palette=PALETTE)
    page = training_page(report, sheet=sheet, command="laecips train <b>")
    assert "50.0 %" in page
    assert "plate-7 (0.250)" in page
    assert page.count("<svg") == 2  # the loss, wide and narrow: one mIoU makes no curve
    assert "mIoU on a few held-out pictures: not taken down" in page
    assert "laecips train &lt;b&gt;" in page
    (embedded,) = re.findall(r"data:image/jpeg;base64,([^\"]+)", page)
    assert base64.b64decode(embedded) == sheet
    assert not re.search(r"https?://(?!www\.w3\.org)", page)  # fetches nothing


def test_the_sheet_shows_picture_answer_and_truth(measures: HeldOutMeasures) -> None:
    data = worst_sheet(measures.worst, classes=("belt", "part", "screw"), palette=PALETTE)
    sheet = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)[..., ::-1].astype(int)
    row = sheet[26 + 120]
    picture, answer, truth = (row[8 + 160 + column * 328] for column in range(3))
    assert np.abs(picture - 90).max() < 6
    assert np.abs(answer - (145, 95, 45)).max() < 6
    assert np.abs(truth - (50, 55, 60)).max() < 6


def test_without_pictures_there_is_no_sheet(report: TrainingReport) -> None:
    assert worst_sheet([], classes=(), palette=[]) == b""
    assert "<img" not in training_page(report, sheet=b"", command="")
