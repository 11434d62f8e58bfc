"""`laecips fit-blend` on the inspection scene, and what it refuses."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from laecips_cloud.class_scorers import create_class_scorer
from laecips_cloud.class_scorers.class_table import ClassTable
from laecips_edge.cli import main
from laecips_edge.core.bundle.bundle import Bundle
from laecips_eval.inspection_scene.classes import CLASSES
from laecips_eval.shipped_models import shipped_teacher


@pytest.fixture
def teacher(tmp_path: Path) -> Path:
    """The shipped teacher as it was before anything was fitted."""
    path = tmp_path / "teacher"
    shutil.copytree(shipped_teacher(), path)
    table = ClassTable.read(path / "classes.yaml", CLASSES)
    unfitted = replace(table, cloud_weight=None).to_yaml()
    (path / "classes.yaml").write_text(unfitted, encoding="utf-8")
    return path


@pytest.mark.slow
def test_a_weight_is_fitted_and_the_blend_takes_it(
    teacher: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = ClassTable.read(teacher / "classes.yaml", CLASSES)
    assert main(["fit-blend", str(teacher), "--frames", "2", "--variants", "1"]) == 0
    table = ClassTable.read(teacher / "classes.yaml", CLASSES)
    assert table.cloud_weight is not None
    assert 0.0 <= table.cloud_weight <= 1.0
    assert replace(table, cloud_weight=None) == before
    said = f"cloud_weight {table.cloud_weight}: fitted on 2 frames and their variants\n"
    assert capsys.readouterr() == (said, "")
    create_class_scorer("blend", {"model": str(teacher)}, classes=CLASSES)


def test_a_bundle_that_is_not_there(teacher: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = (teacher / "classes.yaml").read_bytes()
    assert main(["fit-blend", str(teacher), "--bundle", "/nowhere"]) == 2
    said = capsys.readouterr()
    assert "/nowhere/manifest.json: cannot be read" in said.err
    assert said.err.count("\n") == 1
    assert said.out == ""
    assert (teacher / "classes.yaml").read_bytes() == table


def test_networks_for_other_classes(
    teacher: Path, tiny_bundle: Bundle, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fit-blend", str(teacher), "--bundle", str(tiny_bundle.path)]) == 2
    error = capsys.readouterr().err
    assert f"class table {teacher / 'classes.yaml'}: " in error
    assert error.count("\n") == 1
