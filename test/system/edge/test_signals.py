"""Every node ends with status 0 on SIGINT and SIGTERM, and closes in good order."""

import signal
from pathlib import Path

import pytest
from processes import Peer, RosProcess, until

pytestmark = pytest.mark.system

NODE = """
from laecips_edge.ros.lifecycle import ManagedNode, run


class Lamp(ManagedNode):
    def __init__(self):
        super().__init__("lamp")

    def deactivate(self):
        self.get_logger().info("light off")

    def release(self):
        self.get_logger().info("unplugged")


raise SystemExit(run(Lamp))
"""


@pytest.fixture
def lamp(domain: int, tmp_path: Path) -> RosProcess:
    (tmp_path / "lamp.py").write_text(NODE)
    return RosProcess("lamp", domain, folder=tmp_path)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_closes_the_node_and_ends_with_0(
    lamp: RosProcess, peer: Peer, number: int
) -> None:
    with lamp:
        until(lambda: peer.state("/lamp") == "active", process=lamp)
        assert lamp.stop(number) == 0
    assert "light off" in lamp.log()
    assert "unplugged" in lamp.log()
    assert "Traceback" not in lamp.log()


def test_the_same_ctrl_c_told_twice_is_one(lamp: RosProcess, peer: Peer) -> None:
    with lamp:
        until(lambda: peer.state("/lamp") == "active", process=lamp)
        lamp.send_signal(signal.SIGINT)
        assert lamp.stop(signal.SIGINT) == 0
    assert "unplugged" in lamp.log()
    assert "Traceback" not in lamp.log()


def test_a_later_signal_ends_a_node_that_hangs_while_closing(
    domain: int, peer: Peer, tmp_path: Path
) -> None:
    hanging = NODE.replace("unplugged", "hanging").replace(
        'info("hanging")', 'info("hanging"); import threading; threading.Event().wait()'
    )
    (tmp_path / "lamp.py").write_text(hanging)
    with RosProcess("lamp", domain, folder=tmp_path) as lamp:
        until(lambda: peer.state("/lamp") == "active", process=lamp)
        lamp.send_signal(signal.SIGTERM)
        until(lambda: "hanging" in lamp.log(), process=lamp)
        # Signals of the same press are swallowed; the first one after it is not.
        until(lambda: lamp.send_signal(signal.SIGTERM) or lamp.ended() is not None)
        assert lamp.ended() == -signal.SIGTERM


def test_what_is_wrong_at_start_is_told_and_ends_with_1(domain: int, tmp_path: Path) -> None:
    (tmp_path / "lamp.py").write_text(NODE.replace('"lamp"', '"not a name"'))
    with RosProcess("lamp", domain, folder=tmp_path) as lamp:
        until(lambda: lamp.ended() is not None)
        assert lamp.ended() == 1
    assert "InvalidNodeNameException" in lamp.log()
