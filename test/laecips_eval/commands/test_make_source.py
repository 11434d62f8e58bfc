"""`laecips make-source`."""

from pathlib import Path

import pytest
from laecips_cloud.training.data.frame_folder import FrameFolder
from laecips_edge.cli import main


def test_a_folder_for_a_trainer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "source"
    options = ["--dataset", "inspection", "--frames", "1", "--held-out-frames", "1"]
    assert main(["make-source", *options, "-o", str(path)]) == 0
    assert capsys.readouterr().out == f"{path}: 2 frames\n"
    learnt, held_out = FrameFolder(path).split(10)
    assert [frame.name for frame in learnt] == ["000000-train-0000-0"]
    assert [frame.name for frame in held_out] == ["000001-held_out-0000-0"]
    # What is there is not written over.
    assert main(["make-source", *options, "-o", str(path)]) == 2
    said = capsys.readouterr().err
    assert said == (
        f"laecips make-source: {path}: there already; remove it, or name another folder\n"
    )


@pytest.mark.parametrize("option", ["--frames", "--held-out-frames"])
def test_no_frames_of_a_kind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    path = tmp_path / "source"
    assert main(["make-source", "--dataset", "inspection", option, "0", "-o", str(path)]) == 2
    said = capsys.readouterr().err
    assert said.startswith("laecips make-source: source frames: ")
    assert said.count("\n") == 1
    assert not path.exists()
