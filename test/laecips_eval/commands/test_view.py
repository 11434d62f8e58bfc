"""`laecips view` on the folder of a replay."""

import importlib.util
import sys
from pathlib import Path

import pytest
from finished_replay import BY_CLOUD, FRAMES, FinishedReplay
from laecips_edge.core.bundle.bundle import Bundle

from laecips_edge import cli

with_rerun = pytest.mark.skipif(
    importlib.util.find_spec("rerun_bindings") is None,
    reason="Rerun is not installed: pip install -r requirements/view.txt",
)


def test_without_rerun_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "rerun_bindings", None)
    assert cli.main(["view", str(tmp_path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "Rerun is not installed: run `pip install -r requirements/view.txt`" in line


@with_rerun
def test_a_recording_is_written(
    tmp_path: Path, tiny_bundle: Bundle, capsys: pytest.CaptureFixture[str]
) -> None:
    from rerun.chunk import RrdReader

    FinishedReplay(tmp_path / "run", tiny_bundle)
    file = tmp_path / "run.rrd"
    assert cli.main(["view", str(tmp_path / "run"), "--save", str(file)]) == 0
    assert f"wrote {file}: {FRAMES} frames" in capsys.readouterr().out
    assert list(tmp_path.glob(".*")) == []
    rows: dict[str, int] = {}
    for chunk in RrdReader(file).stream():
        rows[chunk.entity_path] = rows.get(chunk.entity_path, 0) + chunk.num_rows
    for entity in ("/camera", "/published", "/f", "/truth", "/summary"):
        assert rows[entity] == FRAMES
    assert rows["/camera/findings"] == 3
    assert rows["/log"] == 3  # found, gone, swapped
    assert len(BY_CLOUD) > 0


@with_rerun
def test_what_cannot_be_shown_is_one_line(
    tmp_path: Path, tiny_bundle: Bundle, capsys: pytest.CaptureFixture[str]
) -> None:
    replay = FinishedReplay(tmp_path / "run", tiny_bundle)
    file, folder = tmp_path / "run.rrd", str(tmp_path / "run")
    for arguments, message in (
        (["view", str(tmp_path / "nowhere")], "there is no folder"),
        (["view", folder, "--first", "5", "--last", "3"], "count from 0"),
        (["view", folder, "--first", "90", "--save", str(file)], "the bag has frames 0 to 4"),
        (["view", folder, "--save", str(tmp_path / "none/run.rrd")], "No such file or directory"),
        (["view", folder, "--web", "--port", "65535"], "port 65536"),
    ):
        assert cli.main(arguments) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert message in line
    (replay.folder / "bag/bag.mcap").write_bytes(b"torn")
    assert cli.main(["view", folder, "--save", str(file)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "bag is not a bag, or is truncated" in line
    assert not file.exists()
