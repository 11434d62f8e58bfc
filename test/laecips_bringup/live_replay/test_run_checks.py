"""Options that cannot be are refused before anything starts."""

from pathlib import Path
from typing import Any

import pytest
from laecips_bringup.live_replay.run_checks import (
    EDGE_RANGES,
    RATES,
    check_edge,
    check_out,
    check_rate,
)
from laecips_edge.core.routing.miners import MINER_NAMES
from laecips_edge.edge_parameters import FROM_MANIFEST, declare_parameters
from laecips_eval.player.player_node import _PARAMETERS as OF_THE_PLAYER


class Declarations(dict[str, dict[str, Any]]):
    """Keeps what is declared, as a node's parameters take it."""

    def declare(self, name: str, default: Any, description: str, **limits: Any) -> None:
        self[name] = limits


def test_the_limits_are_those_of_the_nodes() -> None:
    declared = Declarations()
    declare_parameters(declared, check_delta=lambda delta: None)  # type: ignore[arg-type]
    for name in ("audit_rate", "seed"):
        assert EDGE_RANGES[name] == (declared[name]["minimum"], declared[name]["maximum"])
    # The node's range spans the one value below 0 that stands for the bundle's own.
    assert declared["delta"]["minimum"] == FROM_MANIFEST
    assert declared["delta"]["maximum"] == EDGE_RANGES["delta"][1]
    assert declared["policy"]["choices"] == MINER_NAMES
    (rates,) = [limits for name, _, _, *limits in OF_THE_PLAYER if name == "rate"]
    assert tuple(rates) == RATES


@pytest.mark.parametrize("rate", [0.01, 1.0, 100.0])
def test_a_rate(rate: float) -> None:
    check_rate(rate)


@pytest.mark.parametrize("rate", [0.0, -1.0, 101.0, float("nan")])
def test_a_rate_that_cannot_be(rate: float) -> None:
    with pytest.raises(ValueError, match=rf"rate is {rate}: give one from 0\.01 to 100\.0"):
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
        ("policy", "nonsense", "--policy nonsense is not known: use one of laecips, "),
        ("delta", 7.0, "--delta is 7.0: give one from 0.0 to 1.0"),
        ("delta", -0.5, "--delta is -0.5: "),
        ("delta", float("nan"), "--delta is nan: "),
        ("audit_rate", 3.0, "--audit-rate is 3.0: give one from 0.0 to 1.0"),
        ("seed", -5, "--seed is -5: give one from 0 to 2147483647"),
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
