"""Options that cannot be are refused before anything starts."""

from pathlib import Path
from typing import Any

import pytest
from laecips_bringup.live_replay.run_checks import (
    CLEARED,
    check_cleared,
    check_edge,
    check_out,
    check_rate,
)
from laecips_edge.core.frame.edge_settings import FROM_MANIFEST


@pytest.mark.parametrize("rate", [0.01, 1.0, 100.0])
def test_a_rate(rate: float) -> None:
    check_rate(rate)


@pytest.mark.parametrize("rate", [0.0, -1.0, 101.0, float("nan")])
def test_a_rate_that_cannot_be(rate: float) -> None:
    with pytest.raises(ValueError, match=rf"--rate: {rate} is out of range: give one from 0\.01 "):
        check_rate(rate)


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"policy": "spp", "delta": 0.0, "audit_rate": 1.0, "seed": 0},
        {"delta": FROM_MANIFEST, "seed": 2**31 - 1},
    ],
)
def test_parameters(parameters: dict[str, Any]) -> None:
    check_edge(parameters)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("policy", "nonsense", "--policy: 'nonsense' is not known: use one of laecips, "),
        ("delta", 7.0, r"--delta: 7\.0 is neither in \[0, 1\] nor -1"),
        ("delta", -0.5, r"--delta: -0\.5 is neither in"),
        ("delta", float("nan"), "--delta: nan is neither in"),
        ("upload_budget", 3.0, "--upload-budget: 3.0 is out of range: give one from 0.0 to 1.0"),
        ("audit_rate", 3.0, "--audit-rate: 3.0 is out of range: give one from 0.0 to 1.0"),
        ("seed", -5, "--seed: -5 is out of range: give one from 0 to 2147483647"),
    ],
)
def test_parameters_that_cannot_be(name: str, value: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_edge({name: value})


def test_a_folder_that_is_there_or_can_be_made(tmp_path: Path) -> None:
    check_out(tmp_path)
    check_out(tmp_path / "a" / "b")
    assert list(tmp_path.iterdir()) == []


def test_a_relative_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    check_out(Path("out/demo"))
    Path("out").touch()
    with pytest.raises(ValueError, match=r"--out out is a file: name a folder"):
        check_out(Path("out"))


def test_a_file_in_the_way(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(ValueError, match=rf"--out {file} is a file: name a folder"):
        check_out(file)
    below = file / "out"
    with pytest.raises(ValueError, match=rf"--out {below} lies under {file}, which is a file"):
        check_out(below)


@pytest.mark.parametrize("name", CLEARED)
def test_a_folder_of_somebody_else_is_not_removed(name: str, tmp_path: Path) -> None:
    check_cleared(tmp_path / "new")
    (tmp_path / name).mkdir()
    with pytest.raises(ValueError, match=f"would remove {name} in it, which no replay has made"):
        check_cleared(tmp_path)
    (tmp_path / "parameters").mkdir()
    check_cleared(tmp_path)
