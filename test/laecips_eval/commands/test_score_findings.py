"""`laecips score-findings` on the folder of a replay."""

import json
from pathlib import Path

import pytest
from finished_replay import FRAMES, FinishedReplay
from laecips_edge.core.bundle.bundle import Bundle

from laecips_edge import cli


def test_a_folder_is_scored(
    tmp_path: Path, tiny_bundle: Bundle, capsys: pytest.CaptureFixture[str]
) -> None:
    run = FinishedReplay(tmp_path, tiny_bundle)
    output = tmp_path / "findings.json"
    assert cli.main(["score-findings", str(tmp_path), "-o", str(output)]) == 0
    text = capsys.readouterr().out
    assert "part" in text
    assert f"in {FRAMES} frames, regions of 30 pixels or more; f ran again on the 2 frames" in text
    content = json.loads(output.read_text())
    assert content["regions"] == [it.model_dump() for it in run.board.measured().findings]
    assert list(content["reported"]) == ["part", "scratch"]
    assert cli.main(["score-findings", str(tmp_path), "--classes", "rust"]) == 2
    assert "'rust' is no class of the bundle" in capsys.readouterr().err


def test_a_folder_without_a_replay_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["score-findings", str(tmp_path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "report.json is missing" in line


def test_an_offline_replay_is_told_that_it_has_no_label_maps(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "offline.json").touch()
    assert cli.main(["score-findings", str(tmp_path)]) == 2
    assert capsys.readouterr().err == (
        f"laecips score-findings: {tmp_path} is of an offline replay, which keeps no label maps: "
        "replay the bag without --offline\n"
    )
