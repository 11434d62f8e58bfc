from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from laecips_edge.core.settings import SettingError, Settings, setting
from laecips_edge.ros.parameters import Parameters
from processes import Peer, until
from rclpy.node import Node


def odd(number: int) -> str | None:
    return f"{number} is odd: give an even one" if number % 2 else None


@dataclass(frozen=True, kw_only=True)
class LensSettings(Settings):
    focus: float = setting(0.5, "Focus.", minimum=0.0, maximum=1.0)


@dataclass(frozen=True, kw_only=True)
class CameraSettings(Settings):
    """One setting of each kind."""

    gain: float = setting(1.0, "Gain.", minimum=0.0, maximum=4.0)
    lines: int = setting(480, "Lines.", minimum=1, maximum=4096)
    mode: str = setting("auto", "Mode.", choices=("auto", "manual"))
    port: int = setting(7, "Port.", minimum=0, maximum=99, changes="never")
    device: str = setting("/dev/video0", "Device.", changes="unconfigured")
    even: int = setting(2, "Even.", minimum=0, maximum=99, check=odd)
    filters: tuple[str, ...] = setting((), "Filters.")
    lens: LensSettings = field(default_factory=LensSettings)


class Camera(Node):
    """A node that has parameters, and nothing else."""

    def __init__(self, **options: Any) -> None:
        super().__init__("camera", **options)
        self.unconfigured = True
        self.seen: list[dict[str, Any]] = []
        self.parameters = Parameters(self, is_unconfigured=lambda: self.unconfigured)
        self.parameters.declare(CameraSettings, checks={"lines": self._refuse_lines})
        self.parameters.on_change(self.seen.append)

    def _refuse_lines(self, lines: int) -> str | None:
        return None if self.unconfigured or lines <= 480 else f"{lines} do not fit now"


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("gain", 2.5, None),
        ("gain", 4.5, "out of range"),
        ("gain", float("nan"), "out of range"),
        ("gain", 2, None),
        ("gain", 5, "out of range"),
        ("gain", True, "Wrong parameter type"),
        ("lines", 0, "out of range"),
        ("mode", "manual", None),
        ("mode", "manuel", "'manuel' is not known: use one of auto, manual"),
        ("port", 8, "read-only"),
        ("device", "/dev/video1", None),
        ("even", 3, "3 is odd: give an even one"),
        ("filters", ["", "red"], None),
        ("lens.focus", 0.25, None),
        ("lens.focus", 1.5, "out of range"),
    ],
)
def test_a_change_is_checked_first_and_told_afterwards(
    start: Callable[..., Any], peer: Peer, name: str, value: Any, reason: str | None
) -> None:
    camera = start(Camera)
    before = camera.parameters[name]
    camera.seen.clear()
    (result,) = peer.set_parameters("/camera", {name: value})
    if reason is None:
        assert result.successful
        assert camera.parameters[name] == value
        assert camera.seen == [{name: value}]
    else:
        assert not result.successful
        assert reason in result.reason
        assert camera.parameters[name] == before
        assert camera.seen == []


def test_some_change_only_while_unconfigured(start: Callable[..., Any], peer: Peer) -> None:
    camera = start(Camera)
    camera.unconfigured = False
    (result,) = peer.set_parameters("/camera", {"device": "/dev/video1"})
    assert not result.successful
    assert result.reason.startswith("device: changes only while the node is unconfigured")
    assert camera.parameters["device"] == "/dev/video0"


def test_what_the_node_alone_knows_is_checked_too(start: Callable[..., Any], peer: Peer) -> None:
    camera = start(Camera)
    assert peer.set_parameters("/camera", {"lines": 600})[0].successful
    camera.unconfigured = False
    (result,) = peer.set_parameters("/camera", {"lines": 601})
    assert result.reason == "lines: 601 do not fit now"
    assert camera.parameters["lines"] == 600


def test_a_whole_number_in_a_params_file_is_taken_for_a_double(start: Callable[..., Any]) -> None:
    given = {"gain": 2, "lens.focus": 1}
    camera = start(Camera, **given)
    camera.parameters.require_valid()
    assert camera.parameters.read(CameraSettings) == CameraSettings.from_parameters(given)
    for value in (camera.parameters["gain"], CameraSettings.from_parameters(given).gain):
        assert (type(value), value) == (float, 2.0)


def test_settings_are_read_as_they_are_now(start: Callable[..., Any], peer: Peer) -> None:
    camera = start(Camera, mode="manual")
    assert camera.parameters.read(CameraSettings) == CameraSettings(mode="manual")
    peer.set_parameters("/camera", {"filters": ["red", ""], "lens.focus": 0.25})
    assert camera.parameters.read(CameraSettings) == CameraSettings(
        mode="manual", filters=("red",), lens=LensSettings(focus=0.25)
    )
    assert camera.parameters.read(LensSettings, within="lens.") == LensSettings(focus=0.25)


@pytest.mark.parametrize(
    ("name", "described"),
    [
        ("gain", ("Gain.", False, "", (0.0, 4.0))),
        ("lines", ("Lines.", False, "", (1, 4096))),
        ("mode", ("Mode.", False, "one of: auto, manual", None)),
        ("port", ("Port.", True, "", (0, 99))),
        ("filters", ("Filters.", False, "", None)),
        ("lens.focus", ("Focus.", False, "", (0.0, 1.0))),
    ],
)
def test_what_ros2_param_describe_says(
    start: Callable[..., Any], name: str, described: tuple[object, ...]
) -> None:
    said = start(Camera).describe_parameter(name)
    ranges = [*said.integer_range, *said.floating_point_range]
    bounds = (ranges[0].from_value, ranges[0].to_value) if ranges else None
    assert described == (said.description, said.read_only, said.additional_constraints, bounds)


@pytest.mark.parametrize(
    ("name", "wrong", "default", "reason"),
    [
        ("gain", 9.5, 1.0, "parameter gain: Parameter gain out of range"),
        ("lines", 1.5, 480, "parameter lines: .*expecting type"),
        ("mode", "none", "auto", "parameter mode: mode: 'none' is not known"),
        # As a parameter file has [], which has no type.
        ("mode", None, "auto", r"parameter mode: mode: \(\) is not a text"),
    ],
)
def test_wrong_at_start_is_told_until_it_is_mended(
    start: Callable[..., Any], peer: Peer, name: str, wrong: Any, default: Any, reason: str
) -> None:
    camera = start(Camera, **{name: wrong})
    assert camera.parameters[name] == default
    with pytest.raises(SettingError, match=reason):
        camera.parameters.require_valid()
    (result,) = peer.set_parameters("/camera", {name: default})
    assert result.successful
    until(lambda: camera.seen)
    camera.parameters.require_valid()


def test_an_empty_list_of_a_parameter_file_is_one(start: Callable[..., Any]) -> None:
    """It has no type to ROS, and so no value."""
    camera = start(Camera, filters=None)
    camera.parameters.require_valid()
    assert camera.parameters["filters"] == []
    assert camera.parameters.read(CameraSettings) == CameraSettings()


def test_a_name_that_nobody_declared_is_told_with_the_nearest(
    start: Callable[..., Any], capfd: pytest.CaptureFixture[str]
) -> None:
    given = {
        "moed": "manual",
        "lines": 20,
        "zebra": 1,
        "use_sim_time": False,
        "qos_overrides./image.publisher.depth": 3,
    }
    start(Camera, **given).parameters.warn_of_undeclared()
    lines = [line for line in capfd.readouterr().err.splitlines() if "no parameter" in line]
    assert len(lines) == 2
    assert "there is no parameter moed, it is ignored: did you mean mode?" in lines[0]
    assert "there is no parameter zebra, it is ignored: `ros2 param list`" in lines[1]
