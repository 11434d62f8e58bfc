"""Which teacher goes with which bundle."""

import re
import shutil
from pathlib import Path

import pytest
from laecips_bringup.graph import installed_files
from laecips_bringup.graph.installed_files import (
    shipped_bundle,
    teacher_for,
    usual_engine,
)
from laecips_edge.core.inference.engines import installed_engines, precision_of
from laecips_eval.shipped_models import shipped_teacher

SHIPPED, SHIPPED_TEACHER = str(shipped_bundle()), str(shipped_teacher() / "quick.onnx")


@pytest.mark.parametrize(
    ("bundle", "asked", "teacher"),
    [
        (SHIPPED, "", SHIPPED_TEACHER),
        (shipped_bundle(), "", SHIPPED_TEACHER),
        (f"{SHIPPED}/../inspection/", "", SHIPPED_TEACHER),
        (SHIPPED, "none", ""),
        # Another bundle may have other classes.
        ("/another/bundle", "", ""),
        ("/another/bundle", "none", ""),
        ("/another/bundle", SHIPPED_TEACHER, SHIPPED_TEACHER),
        # Which bundle it is, the parameter file says.
        ("", "", ""),
        ("", "none", ""),
        ("", SHIPPED_TEACHER, SHIPPED_TEACHER),
    ],
)
def test_teacher_for(bundle: str | Path, asked: str, teacher: str) -> None:
    found = teacher_for(bundle, asked)
    assert (found and Path(found).resolve()) == (teacher and Path(teacher).resolve())


@pytest.mark.parametrize(
    ("engine", "file"), [("onnxruntime", "quick.onnx"), ("openvino", "network.onnx")]
)
def test_the_whole_network_where_there_is_time_for_it(engine: str, file: str) -> None:
    found = teacher_for(SHIPPED, "", engine=engine)
    assert Path(found).resolve() == (shipped_teacher() / file).resolve()
    assert teacher_for(SHIPPED, "none", engine=engine) == ""
    assert teacher_for("/another/bundle", "", engine=engine) == ""


@pytest.mark.parametrize(
    ("installed", "precision", "engine"),
    [
        (["onnxruntime", "openvino"], "bf16", "openvino"),
        (["onnxruntime", "openvino"], "fp32", "onnxruntime"),  # it would be no quicker
        (["onnxruntime"], "bf16", "onnxruntime"),
    ],
)
def test_the_usual_engine(
    monkeypatch: pytest.MonkeyPatch, installed: list[str], precision: str, engine: str
) -> None:
    monkeypatch.setattr(installed_files, "installed_engines", lambda: installed)
    monkeypatch.setattr(installed_files, "precision_of", lambda name: precision)
    assert usual_engine() == engine


def test_the_usual_engine_of_this_machine_is_installed() -> None:
    assert usual_engine() in installed_engines()
    assert precision_of(usual_engine())


def test_a_folder_or_a_file_is_named_from_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "large").mkdir()
    (tmp_path / "large.onnx").touch()
    # A node starts in another folder.
    assert teacher_for(SHIPPED, "large") == str(tmp_path.resolve() / "large")
    assert teacher_for(SHIPPED, "large.onnx") == str(tmp_path.resolve() / "large.onnx")


@pytest.mark.parametrize("bundle", [SHIPPED, "", "/another/bundle"])
def test_a_teacher_that_is_not_there(bundle: str, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    message = (
        f"teacher {nowhere}: not there; give a folder that `laecips train --role teacher` made"
    )
    with pytest.raises(FileNotFoundError, match=re.escape(message)):
        teacher_for(bundle, str(nowhere))


def test_which_bundle_it_is_its_manifest_says(tmp_path: Path) -> None:
    """An installation may be links or copies of the sources, and a path may begin with ~."""
    linked, copied, other = (tmp_path / name for name in ("linked", "copied", "other"))
    linked.mkdir()
    for file in shipped_bundle().iterdir():
        (linked / file.name).symlink_to(file)
    shutil.copytree(shipped_bundle(), copied)
    shutil.copytree(shipped_bundle(), other)
    manifest = other / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"version": 1', '"version": 2'))
    assert manifest.read_bytes() != (shipped_bundle() / "manifest.json").read_bytes()
    for bundle, found in ((linked, True), (copied, True), (other, False), (tmp_path, False)):
        assert bool(teacher_for(bundle, "")) is found, bundle


def test_the_bundle_of_the_sources_is_the_installed_one() -> None:
    """README's own `--bundle laecips_bringup/bundles/inspection`."""
    sources = Path(__file__).resolve().parents[3] / "laecips_bringup" / "bundles" / "inspection"
    assert teacher_for(sources, "")
