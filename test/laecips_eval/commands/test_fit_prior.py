"""`laecips fit-prior` on the inspection scene, and what it refuses."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from laecips_cloud.class_scorers.class_table import ClassTable
from laecips_edge.cli import main
from laecips_eval.inspection.classes import CLASSES
from laecips_eval.shipped import shipped_teacher


@pytest.fixture
def teacher(tmp_path: Path) -> Path:
    """The shipped teacher as it was before anything was fitted."""
    path = tmp_path / "teacher"
    shutil.copytree(shipped_teacher(), path)
    table = ClassTable.read(path / "classes.yaml", CLASSES)
    unfitted = replace(table, logit_adjustment=()).to_yaml()
    (path / "classes.yaml").write_text(unfitted, encoding="utf-8")
    return path


def test_an_adjustment_is_fitted_and_written(
    teacher: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = ClassTable.read(teacher / "classes.yaml", CLASSES)
    assert main(["fit-prior", str(teacher), "--frames", "4", "--variants", "1"]) == 0
    table = ClassTable.read(teacher / "classes.yaml", CLASSES)
    assert replace(table, logit_adjustment=()) == before
    # It was trained to lift rare classes.
    by_class = dict(zip(CLASSES, table.logit_adjustment, strict=True))
    assert by_class["panel"] > 0 > by_class["scratch"]
    said = capsys.readouterr().out
    assert re.fullmatch(
        r"power 0?\.?\d of the classes' weights taken back: mIoU 0\.\d{4} -> 0\.\d{4} on 4 frames "
        r"and their variants\n",
        said,
    )
