"""Gateway, bridge and a robot behind it as processes, and how a test looks at them."""

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from bridge_site import Site
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from edge_robot import Robot
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.signing.key_files import PUBLIC_FILE
from processes import Peer, RosProcess, until

from laecips_msgs.msg import Segmentation

EDGE, BRIDGE = "laecips_edge.edge_node", "laecips_edge.bridge.bridge_node"
GATEWAY = "laecips_cloud.gateway_node"
QUICK = {"audit_rate": 0.0, "first_retry_s": 0.1, "longest_retry_s": 0.1, "delta": 1.0}
PATIENT_S = 25.0
"""Deadline of frames that are to be answered by the cloud, on a busy machine too."""


def picture(seed: int = 0) -> np.ndarray:
    blocks = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), np.uint8)
    return blocks.repeat(16, axis=0).repeat(16, axis=1)


def free_address() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{free.getsockname()[1]}"


class Gateway:
    """The gateway's process, which a test may kill and start again."""

    def __init__(self, site: Site, peer: Peer, domain: int, address: str) -> None:
        self.peer = peer
        self.address = address
        self._domain = domain
        self._parameters = {"address": address, "certificates": site.folder}
        self.process: RosProcess | None = None

    def start(self, **parameters: Any) -> RosProcess:
        self.stop()
        given = self._parameters | parameters
        self.process = RosProcess(GATEWAY, self._domain, parameters=given)
        until(lambda: self.peer.state("/gateway") == "active", process=self.process)
        return self.process

    def stop(self, number: int = signal.SIGINT) -> None:
        if self.process is not None:
            self.process.stop(number)
            self.process = None


@contextmanager
def bridge_process(
    site: Site, domain: int, address: str, name: str = "r1", **parameters: Any
) -> Iterator[RosProcess]:
    certificates = site.folder.parent / f"robot-{name}"
    given = {
        "addresses": f'["{address}"]',
        "certificates": certificates,
        "spool": certificates / "spool",
    }
    with RosProcess(BRIDGE, domain, parameters=given | parameters) as process:
        yield process


@contextmanager
def bridged_robot(
    peer: Peer, domain: int, site: Site, address: str, *, bundle: Bundle, store: Path, **spool: Any
) -> Iterator[Robot]:
    """An edge node that finds every frame hard, and a bridge to an address.

    With the trainer's public key beside its certificates it takes only updates that are signed.
    """
    parameters = {
        "bundle": bundle.path,
        "model_store": store,
        "robot": "r1",
        "deadline_s": PATIENT_S,
        **QUICK,
    }
    key = site.folder.parent / "robot-r1" / PUBLIC_FILE
    if key.is_file():
        parameters["update_keys"] = f'["{key}"]'
    with (
        bridge_process(site, domain, address, **spool) as bridge,
        RosProcess(EDGE, domain, parameters=parameters) as process,
    ):
        until(lambda: peer.state("/bridge") == "active", process=bridge)
        robot = Robot(peer, process)
        robot.wait_until_active()
        yield robot


def diagnosis(diagnostics: list[DiagnosticArray], name: str) -> DiagnosticStatus:
    found = (each for array in reversed(diagnostics) for each in array.status if each.name == name)
    return next(found, DiagnosticStatus())


def reached(robot: Robot) -> Segmentation:
    """Send hard frames until the cloud answers one."""
    answers: list[Segmentation] = []

    def answered() -> bool:
        answers.append(robot.answer(robot.send_rgb(picture())))
        return answers[-1].source == Segmentation.CLOUD

    until(answered, process=robot.process, what="an answer of the cloud")
    return answers[-1]
