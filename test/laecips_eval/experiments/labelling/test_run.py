"""The experiment from its settings to its page, on tiny networks."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from laecips_cloud.training.data.frame_folder import FrameFolder, write_frame_folder
from laecips_edge.core.bundle.bundle import Bundle
from laecips_eval.experiments.finished_rows import read_rows
from laecips_eval.experiments.labelling.run import ROWS, run_labelling
from trainer_robot import ColourFrames

SHIPPED = Path(__file__).resolve().parents[4] / "config" / "experiments" / "labelling.yaml"
SMALL: dict[str, Any] = {
    "seeds": [0],
    "trials": [["random", 0], ["mixed", 4]],
    "updates": 2,
    "every": 1,
    "rare_class": "scratch",
    "sizes": {"teacher": 3, "source": 8, "drive": 8, "rare": 1.0},
    "teacher": "",
    "bundle": "",
    "training": {"steps": 1, "miner_steps": 1, "miner_batch": 2, "min_confidence": 0.0},
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Frames with the splits that the experiment needs."""
    it = tmp_path / "frames"
    write_frame_folder(ColourFrames(24), it)
    names = FrameFolder(it).names
    splits = {"train": list(names[:20]), "held_out": list(names[20:])}
    (it / "splits.yaml").write_text(yaml.safe_dump(splits))
    return it


def test_rows_are_kept_and_the_rest_goes_on(
    root: Path, tmp_path: Path, tiny_bundle: Bundle, tiny_teacher: Path
) -> None:
    models, page, config = tmp_path / "models", tmp_path / "page.md", tmp_path / "settings.yaml"
    shutil.copytree(tiny_bundle.path, models / "bundle")
    shutil.copytree(tiny_teacher, models / "teacher")

    def run(**changed: Any) -> list[dict]:
        config.write_text(yaml.safe_dump(SMALL | changed))
        run_labelling(page, root=root, models=models, config=config)
        return read_rows(models / ROWS)

    first = run(trials=[["random", 0]])
    assert [(row["by"], row["count"]) for row in first] == [("first", 0), ("random", 0)]
    rows = run()
    assert rows[:2] == first
    (row,) = rows[2:]
    assert (row["by"], row["count"], len(row["updates"])) == ("mixed", 4, 2)
    assert row["updates"][0]["gate"]["truth_frames"] == 1
    assert 0 < row["labelled"]["f_wrong"] <= 1
    assert len(row["iou"]) == 4
    assert not list(models.glob("trial-*"))
    assert "| 4 | chosen: `--by mixed`" in page.read_text()
    before = (models / ROWS).read_bytes()
    assert run() == rows
    assert (models / ROWS).read_bytes() == before
    for line in before.splitlines():
        json.loads(line)


def test_the_page_alone(root: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    run_labelling(page, root=root, models=tmp_path / "none", config=SHIPPED, page_only=True)
    assert "No trial is finished yet." in page.read_text()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read (No such file or directory); give --config"),
        ("a: [", "not settings of this experiment"),
        (yaml.safe_dump({**SMALL, "training": {"step": 1}}), "not settings of this experiment"),
        (yaml.safe_dump({k: v for k, v in SMALL.items() if k != "every"}), "('every')"),
    ],
)
def test_settings_that_cannot_be(
    content: str | None, message: str, root: Path, tmp_path: Path
) -> None:
    config = tmp_path / "settings.yaml"
    if content is not None:
        config.write_text(content)
    with pytest.raises(ValueError, match=re.escape(message)) as caught:
        run_labelling(tmp_path / "page.md", root=root, models=tmp_path / "m", config=config)
    assert str(caught.value).startswith(f"{config}: ")
