"""`laecips state`, asked about a node that runs in this process."""

import threading
from collections.abc import Iterator

import pytest
from laecips_edge.ros.lifecycle import ManagedNode
from processes import claim_domain
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.parameter import Parameter

from laecips_edge import cli


@pytest.fixture
def walker(monkeypatch: pytest.MonkeyPatch) -> Iterator[ManagedNode]:
    """A spun node `/r1/walker` that nobody has configured; commands find its domain."""
    with claim_domain() as domain:
        monkeypatch.setenv("ROS_DOMAIN_ID", str(domain))
        for name in ("FASTDDS_BUILTIN_TRANSPORTS", "FASTRTPS_DEFAULT_PROFILES_FILE"):
            monkeypatch.delenv(name, raising=False)  # and what the command sets is undone
        context = Context()
        context.init(domain_id=domain)
        by_hand = Parameter("autostart", value=False)
        node = ManagedNode(
            "walker", namespace="/r1", context=context, parameter_overrides=[by_hand]
        )
        executor = SingleThreadedExecutor(context=context)
        executor.add_node(node)
        spinning = threading.Thread(target=executor.spin)
        spinning.start()
        yield node
        executor.shutdown()
        spinning.join()
        node.close()
        node.destroy_node()
        context.try_shutdown()


@pytest.mark.parametrize("wait", ["0", "-1", "nan"])
def test_a_wait_that_gives_no_time_is_refused(
    wait: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["state", "/edge", f"--wait={wait}"]) == 2
    said = capsys.readouterr()
    assert said.err == f"laecips state: --wait is {wait}: give more than 0 seconds\n"
    assert said.out == ""


@pytest.mark.parametrize("name", ["a b", "", "1x", "a//b"])
def test_what_cannot_be_a_node_is_refused(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["state", name]) == 2
    said = capsys.readouterr()
    assert said.err.startswith(f"laecips state: {name!r} is no name of a node: Invalid topic name")
    assert said.err.count("\n") == 1


@pytest.mark.slow  # it starts a node
def test_a_probe_passes_once_the_node_is_active(
    walker: ManagedNode, capsys: pytest.CaptureFixture[str]
) -> None:
    patient = ["--wait", "60"]
    assert cli.main(["state", "/r1/walker", *patient]) == 1
    assert cli.main(["state", "/r1/walker", *patient, "--alive"]) == 0
    walker.trigger_configure()
    assert cli.main(["state", "r1/walker", *patient]) == 1
    walker.trigger_activate()
    assert cli.main(["state", "/r1/walker", *patient]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "/r1/walker: unconfigured",
        "/r1/walker: unconfigured",
        "r1/walker: inactive",
        "/r1/walker: active",
    ]
    assert cli.main(["state", "/nobody", "--alive", "--wait", "0.5"]) == 1
    assert capsys.readouterr().out == "/nobody: no answer within 0.5 s\n"
