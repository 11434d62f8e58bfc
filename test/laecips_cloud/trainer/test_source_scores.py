"""How versions did on the source frames is remembered, as long as these stay the same."""

from pathlib import Path

import numpy as np
import pytest
from laecips_cloud.trainer.source_scores import SourceExams

GOOD, WORSE = np.array([0.9, np.nan, 0.7]), np.array([0.5, np.nan, 0.3])


def test_exams_are_remembered(tmp_path: Path) -> None:
    path = tmp_path / "exams.json"
    for version, iou in ((1, GOOD), (2, WORSE)):
        SourceExams(path, source="a").keep(version, iou)
    exams = SourceExams(path, source="a")
    np.testing.assert_array_equal(exams.iou(1), GOOD)
    assert exams.iou(3) is None
    assert exams.best_miou([1, 2, 3]) == pytest.approx(0.8)
    assert exams.best_miou([2, 3]) == pytest.approx(0.4)
    assert exams.best_miou([3]) == 0.0


def test_of_other_frames_they_are_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "exams.json"
    SourceExams(path, source="a").keep(1, GOOD)
    assert SourceExams(path, source="b").iou(1) is None


@pytest.mark.parametrize("text", ["", "[]", '{"source": "a"}', '{"source": "a", "exams": 3}'])
def test_a_file_that_is_none_is_held_for_nothing(text: str, tmp_path: Path) -> None:
    path = tmp_path / "exams.json"
    path.write_text(text)
    assert SourceExams(path, source="a").iou(1) is None
