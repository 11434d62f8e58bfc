from collections.abc import Callable
from typing import Any

import pytest
from laecips_edge.ros.parameters import ParameterError, Parameters
from processes import Peer, until
from rclpy.node import Node


class Camera(Node):
    """A node with one parameter of each kind."""

    def __init__(self, **options: Any) -> None:
        super().__init__("camera", **options)
        self.unconfigured = True
        self.seen: list[dict[str, Any]] = []
        parameters = Parameters(self, is_unconfigured=lambda: self.unconfigured)
        parameters.declare("gain", 1.0, "Gain.", minimum=0.0, maximum=4.0)
        parameters.declare("lines", 480, "Lines.", minimum=1, maximum=4096)
        parameters.declare("mode", "auto", "Mode.", choices=("auto", "manual"))
        parameters.declare("port", 7, "Port.", changes="never")
        parameters.declare("device", "/dev/video0", "Device.", changes="unconfigured")
        parameters.declare(
            "even", 2, "Even.", check=lambda n: f"{n} is odd: give an even one" if n % 2 else None
        )
        parameters.on_change(self.seen.append)
        self.parameters = parameters


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("gain", 2.5, None),
        ("gain", 4.5, "out of range"),
        ("gain", float("nan"), "out of range"),
        ("gain", 2, "Wrong parameter type"),
        ("lines", 0, "out of range"),
        ("mode", "manual", None),
        ("mode", "manuel", "'manuel' is not known: use one of auto, manual"),
        ("port", 8, "read-only"),
        ("device", "/dev/video1", None),
        ("even", 3, "3 is odd: give an even one"),
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


@pytest.mark.parametrize(
    ("name", "wrong", "default", "reason"),
    [
        ("gain", 9.5, 1.0, "parameter gain: Parameter gain out of range"),
        ("lines", 1.5, 480, "parameter lines: .*expecting type"),
        ("mode", "none", "auto", "parameter mode: mode: 'none' is not known"),
    ],
)
def test_wrong_at_start_is_told_until_it_is_mended(
    start: Callable[..., Any], peer: Peer, name: str, wrong: Any, default: Any, reason: str
) -> None:
    camera = start(Camera, **{name: wrong})
    assert camera.parameters[name] == default
    with pytest.raises(ParameterError, match=reason):
        camera.parameters.require_valid()
    (result,) = peer.set_parameters("/camera", {name: default})
    assert result.successful
    until(lambda: camera.seen)
    camera.parameters.require_valid()


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
