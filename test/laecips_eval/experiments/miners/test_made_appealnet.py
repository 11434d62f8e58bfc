"""The AppealNet beside the shipped pair; test_run.py trains one."""

from pathlib import Path

import pytest
from laecips_edge.core.bundle.bundle import Bundle
from laecips_eval.experiments.miners.made_appealnet import made_appealnet

SHIPPED = Path(__file__).resolve().parents[4] / "laecips_bringup"


def test_what_is_there_is_not_trained_again(tiny_appealnet: Bundle) -> None:
    nowhere = Path("nowhere")
    path = tiny_appealnet.path
    assert made_appealnet(path, pair=nowhere, teacher=nowhere) == path


def test_a_folder_that_is_something_else_is_refused_before_the_training(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ValueError, match="exists and is not a bundle; give another folder"):
        made_appealnet(
            tmp_path,
            pair=SHIPPED / "bundles/inspection",
            teacher=SHIPPED / "teachers/inspection",
            held_out_frames=2,
        )
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
