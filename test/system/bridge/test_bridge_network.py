"""A bridge that starts before its network does, in a network namespace of its own."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from bridge_site import Site
from laecips_cloud.gateway.announcement import Announcement
from laecips_edge.bridge.discovery import Discovery
from laecips_eval.thin_link.namespaces import Namespace
from processes import RosProcess, until

pytest.importorskip("zeroconf")
pytestmark = pytest.mark.system

ROBOT, GATEWAY = "10.77.0.1", "10.77.0.2"


class Machine:
    """A machine whose network a test makes."""

    def __init__(self) -> None:
        self.namespace = Namespace()
        self.path = f"/proc/{os.getpid()}/fd/{self.namespace.descriptor}"

    def ip(self, arguments: str) -> None:
        with self.namespace.entered():
            subprocess.run(["ip", *arguments.split()], check=True, capture_output=True)  # noqa: S607

    def bring_up(self, address: str) -> None:
        self.ip(f"address add {address}/24 dev wire")
        self.ip("link set wire up")


@pytest.fixture
def machines() -> Iterator[tuple[Machine, Machine]]:
    """A robot and a gateway; of the wire between them no end is up."""
    with ExitStack() as stack:
        try:
            robot, gateway = Machine(), Machine()
            stack.callback(robot.namespace.close)
            stack.callback(gateway.namespace.close)
            robot.ip(f"link add wire type veth peer name wire netns {gateway.path}")
        except (OSError, subprocess.CalledProcessError) as error:
            pytest.skip(f"this system makes no network of its own: {error}")
        yield robot, gateway


def test_a_network_that_comes_up_after_the_bridge_has_its_gateway(
    machines: tuple[Machine, Machine], domain: int, tmp_path: Path
) -> None:
    robot, gateway = machines
    folder = Site(tmp_path / "ca").folder.parent / "robot-r1"
    gateway.bring_up(GATEWAY)
    with gateway.namespace.entered():
        announcement = Announcement(GATEWAY, 1, tls_name="localhost", interfaces=[GATEWAY])
    given = {"addresses": '[""]', "certificates": folder, "spool": folder / "spool"}
    with robot.namespace.entered():
        bridge = RosProcess("laecips_edge.bridge.bridge_node", domain, parameters=given)
    with bridge:
        until(lambda: listens(bridge.pid), process=bridge)
        robot.bring_up(ROBOT)
        until(lambda: f"no cloud at {GATEWAY}:1: " in bridge.log(), process=bridge)
    announcement.close()


def test_a_gateway_that_starts_before_its_network_is_found_there_later(
    machines: tuple[Machine, Machine],
) -> None:
    robot, gateway = machines
    robot.bring_up(ROBOT)
    gateway.ip("link set lo up")
    with gateway.namespace.entered():
        announcement = Announcement("0.0.0.0", 1, tls_name="localhost")  # noqa: S104 (its own)
    heard: list[str] = []
    with robot.namespace.entered():
        discovery = Discovery(
            lambda found: heard.extend(each.address for each in found), on_garbage=heard.append
        )
    gateway.bring_up(GATEWAY)

    def is_found() -> bool:
        with gateway.namespace.entered():
            announcement.review()
        return f"{GATEWAY}:1" in heard

    until(is_found)
    announcement.close()
    discovery.close()


def listens(process: int) -> bool:
    """Whether a process has joined the group of announcements, 224.0.0.251, anywhere."""
    return "FB0000E0" in Path(f"/proc/{process}/net/igmp").read_text()
