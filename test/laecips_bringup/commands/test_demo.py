"""Where the demo keeps its drive."""

from pathlib import Path

import pytest
from laecips_bringup.commands.demo import PRESET, RATE
from laecips_bringup.graph.installed_files import config_file
from laecips_edge.cli import main
from laecips_edge.launching.params_file import unknown_names


def test_the_preset_has_only_parameters_that_the_nodes_know() -> None:
    preset = config_file(PRESET)
    assert preset is not None
    assert unknown_names(preset) == []


def test_help_tells_of_its_own_options_and_of_what_is_left_out(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["demo", "--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    for option in (
        "--bags",
        "--bag-seed",
        "--drive",
        "--no-train",
        "--rate",
        "--out",
        "--params-file",
    ):
        assert option in said
    for option in ("--offline", "--source", "--compare"):
        assert option not in said
    assert f"({RATE:g})" in said


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--delta", "7"], "--delta: 7.0 is neither in [0, 1] nor -1"),
        (["--teacher", "/nowhere"], "teacher /nowhere: not there; give a folder that "),
        (["--bundle", "/own"], "--bundle /own: the demo has source frames for the trainer of the "),
    ],
)
def test_options_are_checked_before_the_drive_is_drawn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], message: str
) -> None:
    bags = tmp_path / "bags"
    assert main(["demo", *options, "--bags", str(bags), "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"laecips demo: {message}")
    assert said.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
