"""A thin link on this machine, between a robot's processes and a cloud's.

With root, each side is a network namespace with a TUN device, and a process carries the packets
between them: real TCP runs over the link. Without root both sides stay where they are, and a relay
carries TCP connections to one port.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from types import TracebackType
from typing import Any, Final, Self

from laecips_eval.thin_link import control
from laecips_eval.thin_link.conditions import LinkConditions
from laecips_eval.thin_link.direction import Traffic
from laecips_eval.thin_link.namespaces import Namespace

NAMESPACES: Final = "namespaces"
RELAY: Final = "relay"
ROBOT, CLOUD = "10.77.0.1", "10.77.0.2"
"""Addresses of the sides, each in its own namespace."""


class Side:
    """One side of a link.

    Args:
        namespace: its network namespace; None: this process's own.
    """

    def __init__(self, namespace: Namespace | None) -> None:
        self.namespace = namespace

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Put this thread on this side; processes and threads that it starts stay there."""
        with ExitStack() as stack:
            if self.namespace is not None:
                stack.enter_context(self.namespace.entered())
            yield


@dataclass(frozen=True, kw_only=True)
class LinkState:
    """State of a link.

    Attributes:
        whole: whether it is not cut.
        up: traffic from the robot so far.
        down: traffic to the robot so far.
    """

    whole: bool
    up: Traffic
    down: Traffic


class ThinLink:
    """A link that lives as long as its context.

    Args:
        conditions: conditions of the link.
        mode: `namespaces`, `relay`, or empty to choose: namespaces where the system allows them.
        port: TCP port of the cloud; 0 for a free one.
        name: name of the link for `laecips link cut`; empty for one by process id.

    Attributes:
        robot, cloud: the two sides.
        listen: HOST:PORT that the cloud listens at.
        dial: HOST:PORT that robots connect to.
        note: why it is a relay, one line; empty where it was asked for, and with namespaces.

    Raises:
        OSError: namespaces were asked for and the system refuses them, or the name is taken.

    Example:
        with ThinLink(LinkConditions(rate_bit_s=4e6)) as link:
            with link.cloud.entered():
                server = subprocess.Popen(["server", link.listen])
            link.cut()
    """

    def __init__(
        self, conditions: LinkConditions, *, mode: str = "", port: int = 0, name: str = ""
    ) -> None:
        self.conditions = conditions
        self.mode = mode
        self.name = name or f"link-{os.getpid()}"
        self.note = ""
        self._port = port
        self._resources = ExitStack()
        self.robot, self.cloud = Side(None), Side(None)
        self.listen = self.dial = ""

    def __enter__(self) -> Self:
        """Make the sides, and start the process between them."""
        with ExitStack() as stack:
            ends = [] if self.mode == RELAY else self._tuns(stack)
            port = self._port or _free_port()
            if ends:
                self.mode = NAMESPACES
                self.listen = self.dial = f"{CLOUD}:{port}"
                self._start(stack, "tun", *map(str, ends), descriptors=ends)
            else:
                self.mode = RELAY
                self.listen = f"127.0.0.1:{port}"
                dial = self._start(stack, "relay", self.listen)
                self.dial = f"127.0.0.1:{dial}"
            self._resources = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the process and give the namespaces up."""
        self._resources.close()

    def cut(self, *, reset: bool = False) -> None:
        """Let nothing pass any more; with `reset` a relay ends all connections too."""
        control.ask(self.name, "cut", reset=reset)

    def mend(self) -> None:
        """Let traffic pass again."""
        control.ask(self.name, "mend")

    def change_rate(self, rate_bit_s: float) -> None:
        """Change the rate, bits per second, above 0."""
        self.conditions = replace(self.conditions, rate_bit_s=rate_bit_s)
        control.ask(self.name, f"rate {rate_bit_s}")

    def state(self) -> LinkState:
        """Return the state and the counters."""
        return link_state(control.ask(self.name, "status"))

    def environment(self) -> dict[str, str]:
        """Return the variables by which commands on both sides find each other."""
        return {"LINK_NAME": self.name, "LINK_LISTEN": self.listen, "LINK_CLOUD": self.dial}

    def _tuns(self, stack: ExitStack) -> list[int]:
        """Return descriptors of the TUN devices of robot and cloud; none where it takes a relay."""
        try:
            sides = [Namespace(), Namespace()]
        except OSError as error:
            return self._without(error)
        for side in sides:
            stack.callback(side.close)
        try:
            tuns = [side.add_tun(at) for side, at in zip(sides, (ROBOT, CLOUD), strict=True)]
        except OSError as error:
            return self._without(error)
        for tun in tuns:
            stack.callback(os.close, tun)
        self.robot, self.cloud = map(Side, sides)
        return tuns

    def _without(self, error: OSError) -> list[int]:
        if self.mode == NAMESPACES:
            raise error
        self.note = f"no network namespaces ({error.strerror or error})"
        return []

    def _start(self, stack: ExitStack, *ends: str, descriptors: list[int] | None = None) -> int:
        carried = self.conditions
        if ends[0] == "relay":  # a stream cannot lose bytes
            carried = replace(carried, loss=0.0)
        module = "laecips_eval.thin_link.link_process"
        process = subprocess.Popen(
            [sys.executable, "-m", module, self.name, json.dumps(asdict(carried)), *ends],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=descriptors or [],
            start_new_session=True,
            text=True,
        )
        stack.callback(_end, process)
        if process.stdout is None or not (line := process.stdout.readline()):
            raise OSError(f"the process of link {self.name} did not start")
        return int(line)


def link_state(answer: dict[str, Any]) -> LinkState:
    """Return the answer of a link's control socket as a state."""
    up, down = Traffic(**answer["up"]), Traffic(**answer["down"])
    return LinkState(whole=answer["whole"], up=up, down=down)


def _end(process: subprocess.Popen[str]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
    process.wait()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
