from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from laecips_edge.core.settings import Settings, setting
from laecips_edge.ros.lifecycle import ManagedNode
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from processes import Peer, until


@dataclass(frozen=True, kw_only=True)
class ArmSettings(Settings):
    speed: float = setting(1.0, "Speed.", minimum=0.0, maximum=2.0)


class Arm(ManagedNode):
    """Notes which hooks ran; fails in the one that `fails` names."""

    def __init__(self, **options: Any) -> None:
        super().__init__("arm", **options)
        self.parameters.declare(ArmSettings)
        self.ran: list[str] = []
        self.fails = ""

    def _note(self, hook: str) -> None:
        self.ran.append(hook)
        if hook == self.fails:
            raise ValueError("the arm\nis stuck")

    def configure(self) -> None:
        self._note("configure")

    def activate(self) -> None:
        self._note("activate")

    def deactivate(self) -> None:
        self._note("deactivate")

    def release(self) -> None:
        self._note("release")


def test_autostart_brings_the_node_up(start: Callable[..., Any], peer: Peer) -> None:
    arm = start(Arm)
    until(lambda: arm.state == "active")
    assert arm.ran == ["configure", "activate"]
    assert peer.state("/arm") == "active"


def test_without_autostart_a_manager_decides(start: Callable[..., Any], peer: Peer) -> None:
    arm = start(Arm, autostart=False)
    assert peer.state("/arm") == "unconfigured"
    for transition, state in [
        ("configure", "inactive"),
        ("activate", "active"),
        ("deactivate", "inactive"),
        ("cleanup", "unconfigured"),
    ]:
        assert peer.change_state("/arm", transition)
        assert arm.state == state
    assert arm.ran == ["configure", "activate", "deactivate", "release"]


class EarlyArm(Arm):
    """Somebody configures it before it gets to do so itself."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.trigger_configure()


def test_autostart_acts_only_while_unconfigured(start: Callable[..., Any], peer: Peer) -> None:
    arm = start(EarlyArm)
    until(lambda: arm._autostart not in arm.timers)
    assert peer.state("/arm") == "inactive"
    assert arm.ran == ["configure"]


@pytest.mark.parametrize("transition", ["activate", "deactivate", "cleanup", "active_shutdown"])
def test_a_transition_not_allowed_now_fails_and_the_node_lives(
    start: Callable[..., Any], peer: Peer, transition: str
) -> None:
    arm = start(Arm, autostart=False)
    assert not peer.change_state("/arm", transition)
    assert peer.state("/arm") == "unconfigured"
    assert arm.ran == []
    assert peer.change_state("/arm", "configure")


def test_a_transition_may_be_named_by_its_label(start: Callable[..., Any], peer: Peer) -> None:
    start(Arm, autostart=False)
    for label, success in [("configure", True), ("configure", False), ("dance", False)]:
        request = ChangeState.Request(transition=Transition(label=label))
        assert peer.call(ChangeState, "/arm/change_state", request).success == success
    assert peer.state("/arm") == "inactive"


@pytest.mark.parametrize(
    ("fails", "transitions", "state", "ran"),
    [
        ("configure", ["configure"], "unconfigured", ["configure", "release"]),
        ("activate", ["configure", "activate"], "inactive", ["activate", "deactivate"]),
        (
            "deactivate",
            ["configure", "activate", "deactivate"],
            "unconfigured",
            ["deactivate", "deactivate", "release"],
        ),
        ("release", ["configure", "cleanup"], "unconfigured", ["release", "deactivate", "release"]),
    ],
)
def test_a_hook_that_raises_fails_its_transition_and_is_undone(
    start: Callable[..., Any],
    peer: Peer,
    fails: str,
    transitions: list[str],
    state: str,
    ran: list[str],
) -> None:
    arm = start(Arm, autostart=False)
    arm.fails = fails
    *before, last = transitions
    for transition in before:
        assert peer.change_state("/arm", transition)
    assert not peer.change_state("/arm", last)
    assert peer.state("/arm") == state
    assert arm.ran[-len(ran) :] == ran
    # It can be mended and brought up.
    arm.fails = ""
    if state == "unconfigured":
        assert peer.change_state("/arm", "configure")
    assert peer.change_state("/arm", "activate")


def test_a_wrong_parameter_keeps_the_node_unconfigured_until_it_is_set(
    start: Callable[..., Any], peer: Peer
) -> None:
    arm = start(Arm, autostart=False, speed=3.0)
    assert not peer.change_state("/arm", "configure")
    assert arm.ran == []
    assert peer.set_parameters("/arm", {"speed": 2.0})[0].successful
    assert peer.change_state("/arm", "configure")


@pytest.mark.parametrize(
    ("transitions", "ran"),
    [
        ([], []),
        (["configure"], ["configure", "release"]),
        (["configure", "activate"], ["configure", "activate", "deactivate", "release"]),
    ],
)
def test_close_stops_and_frees_what_was_started(
    start: Callable[..., Any], peer: Peer, transitions: list[str], ran: list[str]
) -> None:
    arm = start(Arm, autostart=False)
    for transition in transitions:
        assert peer.change_state("/arm", transition)
    arm.close()
    arm.close()
    assert arm.ran == ran
    assert arm.state == "finalized"


def test_close_works_without_a_context(start: Callable[..., Any], peer: Peer) -> None:
    arm = start(Arm, autostart=False)
    assert peer.change_state("/arm", "configure")
    arm.context.shutdown()
    arm.close()
    assert arm.ran == ["configure", "release"]
