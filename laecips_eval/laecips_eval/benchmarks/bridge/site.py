"""The processes of both sides: bridge and gateway, and the stand-ins of robot and cloud."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import psutil
from laecips_edge.core.certificates.authority import Authority
from laecips_edge.core.certificates.certificate import utc_now

from laecips_eval.benchmarks.bridge.plans import GIVE_UP_S, ROBOT, Outcome, Plan
from laecips_eval.thin_link.thin_link import CLOUD, Side, ThinLink
from laecips_eval.thin_link.thin_link import ROBOT as ROBOT_ADDRESS

STAND_INS: Final = "laecips_eval.benchmarks.bridge.stand_ins"
DOMAINS: Final = {"robot": 71, "cloud": 72, "dds": 73}
"""ROS domains; in network namespaces of their own no other program is in them."""

_UNBOUNDED: Final = {"frames_per_minute": 0, "bytes_per_minute": 0, "max_in_flight": 16}
_LONGEST_S: Final = 1800.0


class Site:
    """Starts processes on both sides of a link; they end with its context.

    Args:
        robot: side of the robot.
        cloud: side of the cloud.
        listen: HOST:PORT that the cloud listens at.
        dial: HOST:PORT that the robot dials.
    """

    def __init__(self, *, robot: Side, cloud: Side, listen: str, dial: str) -> None:
        self._robot, self._cloud = robot, cloud
        self._listen, self._dial = listen, dial
        self._stack = ExitStack()

    def __enter__(self) -> Site:
        """Make certificates."""
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        authority, now = Authority.create(folder / "ca", utc_now()), utc_now()
        self._spool = folder / "spool"
        names = ("127.0.0.1", CLOUD)
        self._gateway_folder = authority.issue("gateway", "localhost", now, also=names)
        self._robot_folder = authority.issue("robot", ROBOT, now)
        return self

    def __exit__(self, *error: object) -> None:
        """End all processes."""
        self._stack.close()

    def bridged(self) -> psutil.Process:
        """Start cloud, gateway and bridge; return the bridge's process."""
        self._cloud_stand_in("ros", domain="cloud")
        gateway = {"address": self._listen, "certificates": self._gateway_folder} | _UNBOUNDED
        self._node("laecips_cloud.gateway_node", self._cloud, "cloud", gateway)
        bridge = {
            "addresses": json.dumps([self._dial]),
            "certificates": self._robot_folder,
            "spool": self._spool,
        }
        module = "laecips_edge.bridge.bridge_node"
        return psutil.Process(self._node(module, self._robot, "robot", bridge).pid)

    def bare(self) -> None:
        """Start a cloud that answers bare gRPC calls."""
        self._cloud_stand_in(self._listen, str(self._gateway_folder), domain="cloud")

    def direct(self, *, domain: str) -> None:
        """Start a cloud that robots ask without a bridge, in one of `DOMAINS`."""
        self._cloud_stand_in("ros", domain=domain)

    def ask(self, plan: Plan, *, domain: str = "robot") -> Outcome:
        """Carry a plan out on the robot's side."""
        given = json.loads(plan.text())
        if plan.via == "grpc":
            given |= {"address": self._dial, "certificates": str(self._robot_folder)}
        command = [sys.executable, "-m", STAND_INS, "robot", json.dumps(given)]
        with self._robot.entered():
            asking = subprocess.Popen(command, env=_environment(domain), stdout=subprocess.PIPE)
        try:
            said, _ = asking.communicate(timeout=_LONGEST_S)
        finally:
            asking.kill()
            asking.wait()
        if not said:
            raise OSError("the robot's stand-in failed: see above")
        return Outcome(**json.loads(said))

    def _cloud_stand_in(self, *arguments: str, domain: str) -> None:
        command = [sys.executable, "-m", STAND_INS, "cloud", *arguments]
        with self._cloud.entered():
            process = subprocess.Popen(
                command,
                env=_environment(domain),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        self._stack.callback(_end, process)
        if process.stdout is None or not process.stdout.readline():
            raise OSError("the cloud's stand-in failed: see above")

    def _node(
        self, module: str, side: Side, domain: str, parameters: Mapping[str, Any]
    ) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", module, "--ros-args", "--log-level", "ERROR"]
        for name, value in parameters.items():
            command += ["-p", f"{name}:={value}"]
        if setpriv := shutil.which("setpriv"):  # so that the node ends however this process does
            command = [setpriv, "--pdeathsig", "TERM", "--", *command]
        with side.entered():
            process = subprocess.Popen(command, env=_environment(domain))
        self._stack.callback(_end, process)
        return process


@contextmanager
def across(link: ThinLink) -> Iterator[Site]:
    """Return a site with a link between both sides."""
    with Site(robot=link.robot, cloud=link.cloud, listen=link.listen, dial=link.dial) as site:
        yield site


@contextmanager
def on_loopback(link: ThinLink) -> Iterator[Site]:
    """Return a site with both sides on the robot's loopback device; nothing uses the link."""
    at = f"127.0.0.1:{link.listen.rpartition(':')[2]}"
    with Site(robot=link.robot, cloud=link.robot, listen=at, dial=at) as site:
        yield site


def _environment(domain: str) -> dict[str, str]:
    found = {**os.environ, "ROS_DOMAIN_ID": str(DOMAINS[domain])}
    if domain == "dds":  # across the link, which has no multicast route
        found["ROS_STATIC_PEERS"] = f"{ROBOT_ADDRESS};{CLOUD}"
        found["ROS_AUTOMATIC_DISCOVERY_RANGE"] = "SUBNET"
    else:
        found["ROS_AUTOMATIC_DISCOVERY_RANGE"] = "LOCALHOST"
    return found


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()
    process.terminate()
    try:
        process.wait(GIVE_UP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()
