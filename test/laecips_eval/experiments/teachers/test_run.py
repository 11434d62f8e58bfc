"""The experiment from its settings to its page."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from laecips_cloud.class_scorers.class_table import ClassTable
from laecips_edge.core.bundle.bundle import Bundle
from laecips_eval.experiments.teachers import run as module
from laecips_eval.experiments.teachers.measure import ComparedNetworks, Section, measure_camvid
from laecips_eval.experiments.teachers.run import run_teachers

ROOT = Path(__file__).resolve().parents[4]
SHIPPED = ROOT / "config" / "experiments" / "teachers.yaml"
TABLES = ["F's mIoU", "Recall / IoU", "What the bounds of the vote buy", "What would be taught"]
QUICK = (
    "--dataset camvid --role teacher --width 0.125 --input-size 96x128 --steps 2 "
    "--split pretrain --held-out 0.2 --variants 1"
)


@pytest.fixture
def written(tmp_path: Path) -> Callable[[Any], Path]:
    """Writes settings into a file."""

    def write(content: Any) -> Path:
        path = tmp_path / "settings.yaml"
        text = content if isinstance(content, str) else yaml.safe_dump(content)
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def models(tmp_path: Path, tiny_bundle: Bundle, tiny_teacher: Path) -> Path:
    """A folder with two of the three networks for CamVid; no weight is fitted yet."""
    path = tmp_path / "models"
    shutil.copytree(tiny_bundle.path, path / "camvid-bundle")
    shutil.copytree(tiny_teacher, path / "camvid-teacher")
    return path


def headings(text: str) -> list[str]:
    return [line.lstrip("# ") for line in text.splitlines() if line.startswith("#")]


def test_what_is_missing_is_trained_and_the_page_has_all_sections(
    tmp_path: Path,
    camvid: Path,
    models: Path,
    settings: dict[str, Any],
    written: Callable[[Any], Path],
    tiny_bundle: Bundle,
    capfd: pytest.CaptureFixture[str],
) -> None:
    settings["camvid"]["train"] = {"bundle": "--nonsense", "teacher": "--nonsense", "heavy": QUICK}
    page = tmp_path / "docs" / "large-models.md"
    run_teachers(page, config=written(settings), camvid=camvid, models=models)
    # Only what is missing is trained.
    heavy = models / "camvid-heavy"
    said = capfd.readouterr().out
    assert said.count("is missing: laecips train") == 1
    assert f"{heavy} is missing: laecips train {QUICK} --resume -o {heavy}" in said
    classes = tiny_bundle.manifest.classes
    assert ClassTable.read(heavy / "classes.yaml", classes).classes == classes
    fitted = ClassTable.read(models / "camvid-teacher" / "classes.yaml", classes)
    assert fitted.cloud_weight is not None

    text = page.read_text(encoding="utf-8")
    found = headings(text)
    assert found[0] == "What a large model in the cloud adds"
    for section in ("The inspection drive", "CamVid, five drives"):
        assert section in found
    for table in TABLES:
        assert sum(heading.startswith(table) for heading in found) == 2
    inspection, drives = text.split("## CamVid, five drives")
    assert "5 frames." in inspection
    assert "5 frames." in drives
    assert "as large, no extra data" not in inspection.split("## The inspection drive")[1]
    assert "| as large, no extra data |" in drives
    assert "nan" not in text.split("## The inspection drive")[1]


@pytest.mark.slow
def test_without_camvid_it_says_so_and_every_is_taken_instead_of_the_settings(
    tmp_path: Path,
    camvid: Path,
    settings: dict[str, Any],
    written: Callable[[Any], Path],
    tiny_bundle: Bundle,
    teacher: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is measured here is small; the test above measures the drive."""

    def measure(given: dict[str, Any], _: ComparedNetworks, **options: Any) -> Section:
        assert (given["inspection"]["every"], given["camvid"]["every"]) == (5000, 5000)
        tiny = ComparedNetworks(bundle=tiny_bundle.path, teacher=teacher)
        return measure_camvid(camvid, settings, tiny, **options)

    monkeypatch.setattr(module, "measure_inspection", measure)
    page, nowhere = tmp_path / "page.md", tmp_path / "nowhere"
    settings["inspection"]["every"] = 1
    run_teachers(page, config=written(settings), models=nowhere, every=5000)
    text = page.read_text(encoding="utf-8")
    assert headings(text)[-1] == "CamVid, five drives"
    assert text.endswith("\n\nLeft out: CamVid is not part of the project (`--camvid`).\n")
    assert "\n5 frames.\n" in text
    assert not nowhere.exists()


def without(*names: str) -> str:
    """The shipped settings as YAML, less one name with points."""
    content = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    for name in names:
        *above, last = name.split(".")
        part = content
        for key in above:
            part = part[key]
        del part[last]
    return yaml.safe_dump(content)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("inspection: [", "settings.yaml: not YAML (while parsing"),
        ("", "settings.yaml: lacks inspection.seed, inspection.every, "),
        ("- camvid\n", "settings.yaml: lacks inspection.seed, "),
        (without("coarse"), "settings.yaml: lacks coarse"),
        (without("camvid.rare", "min_confidence"), "settings.yaml: lacks camvid.rare, min_conf"),
        (without("inspection"), "lacks inspection.seed, inspection.every, inspection.groups, "),
        (
            without("camvid.every") + "\nevery: 3\n",
            "settings.yaml: lacks camvid.every",
        ),
    ],
)
def test_settings_that_cannot_be_used(
    tmp_path: Path, written: Callable[[Any], Path], content: str, message: str
) -> None:
    page = tmp_path / "page.md"
    with pytest.raises(ValueError, match=re.escape(message)) as caught:
        run_teachers(page, config=written(content), models=tmp_path / "models")
    assert "\n" not in str(caught.value)
    assert not page.exists()


@pytest.mark.parametrize("every", [0, -5, 2.5, "five", None, True])
def test_every_is_a_whole_number(
    tmp_path: Path, settings: dict[str, Any], written: Callable[[Any], Path], every: Any
) -> None:
    settings["camvid"]["every"] = every
    message = f"settings.yaml: camvid.every is {every!r}: give a whole number from 1"
    with pytest.raises(ValueError, match=re.escape(message)):
        run_teachers(tmp_path / "page.md", config=written(settings), models=tmp_path / "models")


def test_settings_that_are_not_there(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere.yaml"
    message = f"{nowhere}: cannot be read (No such file or directory); give --config"
    with pytest.raises(ValueError, match=re.escape(message)):
        run_teachers(tmp_path / "page.md", config=nowhere, models=tmp_path / "models")


@pytest.mark.parametrize(
    ("camvid_settings", "message"),
    [
        ({"splits": ["day", "night"]}, "has no split 'night'"),
        ({"rare": ["nail"]}, "no class is named 'nail'"),
    ],
)
def test_what_camvid_lacks_is_found_before_anything_is_measured(
    tmp_path: Path,
    camvid: Path,
    settings: dict[str, Any],
    written: Callable[[Any], Path],
    camvid_settings: dict[str, Any],
    message: str,
) -> None:
    settings["camvid"] |= camvid_settings
    # Measuring the inspection drive would fail at this.
    settings["coarse"] = {"sigma": -1.0}
    page, models = tmp_path / "page.md", tmp_path / "models"
    with pytest.raises(ValueError, match=re.escape(message)):
        run_teachers(page, config=written(settings), camvid=camvid, models=models)
