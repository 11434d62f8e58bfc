"""What the texts of launch arguments mean."""

from collections.abc import Callable
from pathlib import Path

import pytest
from laecips_edge.launching.arguments import (
    ARGUMENTS,
    is_true,
    log_arguments,
    present,
    respawn_delay,
    shared_of,
)
from laecips_edge.launching.node_spec import NodeSpec

Arguments = Callable[..., dict[str, str]]


def test_each_argument_is_described_and_takes_its_default() -> None:
    assert len({each.name for each in ARGUMENTS}) == len(ARGUMENTS)
    for each in ARGUMENTS:
        assert each.description.endswith(".")
        assert not each.choices or each.default in each.choices


@pytest.mark.parametrize("text", ["true", "True"])
def test_flags_in_both_spellings(arguments: Arguments, text: str) -> None:
    assert is_true(text)
    assert not is_true({"true": "false", "True": "False"}[text])
    assert shared_of(arguments(use_sim_time=text, autostart=text)).items() >= {
        ("use_sim_time", True),
        ("autostart", True),
    }
    for each in ARGUMENTS:
        if "true" in each.choices:
            assert {"true", "false", "True", "False"} <= set(each.choices), each.name


def test_what_is_not_given_is_left_to_the_files(arguments: Arguments) -> None:
    assert shared_of(arguments()) == {"namespace": "/", "surrounding": (), "params_file": ""}


def test_what_is_around(arguments: Arguments) -> None:
    shared = shared_of(arguments(namespace="r1"), within="/fleet", surrounding=({"a": 1},))
    assert (shared["namespace"], shared["surrounding"]) == ("/fleet/r1", ({"a": 1},))


def test_what_is_missing_is_told_in_one_line(arguments: Arguments, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"^source: /no/frames is not there: give a folder$"):
        present(arguments(source="/no/frames"), "source", "a folder")
    with pytest.raises(ValueError, match=r"^params_file: /no.yaml is not there"):
        shared_of(arguments(params_file="/no.yaml"))
    assert present(arguments(), "source", "a folder") == ""
    assert present(arguments(source=str(tmp_path)), "source", "a folder") == str(tmp_path)


def test_home(arguments: Arguments, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert present(arguments(source="~"), "source", "a folder") == str(tmp_path)


@pytest.mark.parametrize("level", ["debug", "INFO", "rclpy:=warn"])
def test_what_is_logged(arguments: Arguments, level: str) -> None:
    assert log_arguments(arguments(log_level=level)) == ["--log-level", level]
    assert log_arguments(arguments()) == []


@pytest.mark.parametrize("level", ["verbose", "rclpy:="])
def test_a_level_that_is_none_does_not_end_a_node_again_and_again(
    arguments: Arguments, level: str
) -> None:
    with pytest.raises(ValueError, match="give one of debug, info, warn, error, fatal"):
        log_arguments(arguments(log_level=level))


@pytest.mark.parametrize(
    ("package", "given", "delay"),
    [
        ("laecips_edge", {}, 2.0),
        ("laecips_cloud", {}, None),
        ("laecips_edge", {"respawn": "False"}, None),
        ("laecips_cloud", {"respawn": "True", "respawn_delay": "0.5"}, 0.5),
    ],
)
def test_on_a_robot_a_node_that_ended_starts_anew(
    arguments: Arguments, package: str, given: dict[str, str], delay: float | None
) -> None:
    spec = NodeSpec(package=package, executable="e", name="n")
    assert respawn_delay(spec, arguments(**given)) == delay


@pytest.mark.parametrize("text", ["soon", "-1", "nan", "inf"])
def test_a_delay_that_is_none(arguments: Arguments, text: str) -> None:
    spec = NodeSpec(package="laecips_edge", executable="e", name="n")
    with pytest.raises(ValueError, match=r"respawn_delay: .* give a number of seconds"):
        respawn_delay(spec, arguments(respawn_delay=text))
