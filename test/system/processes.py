"""For tests of running nodes: real processes on ROS domains of their own, polled with limits.

with claim_domain() as domain, Peer(domain) as peer:
    masks = peer.subscribe(Image, "/edge/label_map")
    with RosProcess("laecips_edge.edge_node", domain, parameters={"bundle": path}) as process:
        until(lambda: peer.state("/edge") == "active", process=process)
        ...
        assert process.stop() == 0
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from laecips_bringup.processes.domain import OwnDomain
from laecips_edge.ros import qos
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState, GetState
from rcl_interfaces.msg import SetParametersResult
from rcl_interfaces.srv import GetParameters, SetParameters
from rclpy.context import Context
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter, parameter_value_to_python
from rclpy.qos import QoSProfile

T = TypeVar("T")

PATIENCE_S = 60.0
"""How long anything may take before a test fails: long, for other tests share the machine."""

os.environ.setdefault("ROS_AUTOMATIC_DISCOVERY_RANGE", "LOCALHOST")


def until(
    condition: Callable[[], T],
    *,
    timeout: float = PATIENCE_S,
    what: str = "",
    process: "RosProcess | None" = None,
) -> T:
    """Poll until `condition()` is true; return what it gave, or fail with `what` and the log."""
    end = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if process is not None and process.ended():
            raise AssertionError(f"the process ended with {process.ended()}:\n{process.log()}")
        if time.monotonic() > end:
            log = f"\n{process.log()}" if process is not None else ""
            raise AssertionError(f"not within {timeout} s: {what or condition}{log}")
        time.sleep(0.01)


@contextmanager
def claim_domain() -> Iterator[int]:
    """A ROS domain that nobody on this machine has at the moment: no other test and no replay."""
    with OwnDomain() as domain:
        yield domain.id


class RosProcess:
    """One process of a Python module with a `main`, its output kept.

    Args:
        module: Started as `python -m module`.
        domain: ROS domain.
        parameters: Parameters of the node.
        remap: Names, from and to.
        arguments: Further ROS arguments.
        environment: Variables to add.
        folder: Working directory; a module that lies there is found.
    """

    def __init__(
        self,
        module: str,
        domain: int,
        *,
        parameters: Mapping[str, Any] | None = None,
        remap: Mapping[str, str] | None = None,
        arguments: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> None:
        command = [sys.executable, "-m", module, "--ros-args", *arguments]
        if module.endswith("edge_node"):  # every machine gives the same answers, and times nothing
            parameters = {"engine": "onnxruntime", **(parameters or {})}
        for name, value in (parameters or {}).items():
            text = str(value).lower() if isinstance(value, bool) else str(value)
            command += ["-p", f"{name}:={text}"]
        for source, target in (remap or {}).items():
            command += ["-r", f"{source}:={target}"]
        self._process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, "ROS_DOMAIN_ID": str(domain), **(environment or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._lines: list[str] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.append(line)

    @property
    def pid(self) -> int:
        return self._process.pid

    def log(self) -> str:
        """What the process has said so far."""
        return "".join(self._lines)

    def ended(self) -> int | None:
        """Exit status, or None while it runs."""
        return self._process.poll()

    def send_signal(self, number: int) -> None:
        """Send a signal, where the process still runs."""
        self._process.send_signal(number)

    def stop(self, number: int = signal.SIGINT) -> int:
        """Send a signal and wait for the end; the exit status."""
        self.send_signal(number)
        try:
            status = self._process.wait(PATIENCE_S)
        finally:
            self._process.kill()
            self._process.wait()
            self._reader.join()
        return status

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop(signal.SIGTERM)


@contextmanager
def spinning(node: Node) -> Iterator[None]:
    """Spin a node of this process by a thread; close it at the end."""
    executor = SingleThreadedExecutor(context=node.context)
    executor.add_node(node)
    stopping = threading.Event()

    def spin() -> None:
        with suppress(ExternalShutdownException):
            while not stopping.is_set():
                executor.spin_once(timeout_sec=0.1)

    thread = threading.Thread(target=spin, name=node.get_name())
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()
        if hasattr(node, "close"):
            node.close()
        executor.shutdown()
        node.destroy_node()


class Peer:
    """The test's own node on a domain, spun by a thread; its subscriptions are lists that grow.

    Args:
        domain: ROS domain.
        name: Name of the node.
    """

    def __init__(self, domain: int, name: str = "peer") -> None:
        context = Context()
        context.init(args=[], domain_id=domain)
        self.node = Node(name, context=context)
        self._clients: dict[str, Any] = {}
        self._spinning = spinning(self.node)

    def __enter__(self) -> Self:
        self._spinning.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._spinning.__exit__(kind, error, trace)
        self.node.context.try_shutdown()

    def subscribe(self, kind: type, topic: str, profile: QoSProfile | None = None) -> list[Any]:
        """A list that every message of the topic is appended to; reliable unless told otherwise."""
        messages: list[Any] = []
        self.node.create_subscription(
            kind, topic, messages.append, profile or qos.reliable(depth=100)
        )
        return messages

    def publisher(self, kind: type, topic: str, profile: QoSProfile | None = None) -> Any:
        """A publisher, reliable unless told otherwise."""
        return self.node.create_publisher(kind, topic, profile or qos.reliable(depth=100))

    def call(self, kind: type, service: str, request: Any, *, again: bool = True) -> Any:
        """The response of a service, which may still be on its way to appear.

        A request that is sent while the two sides are still discovering each other is lost without
        a trace, so it is sent again each second; `again=False` for what must not be done twice.
        """
        client = self._client(kind, service)
        until(client.service_is_ready, what=f"service {service}")
        futures: list[Any] = []
        started = time.monotonic()

        def answered() -> Any:
            if len(futures) <= (time.monotonic() - started if again else 0):
                futures.append(client.call_async(request))
            return next((future for future in futures if future.done()), None)

        return until(answered, what=f"answer of {service}").result()

    def _client(self, kind: type, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = self.node.create_client(kind, service)
        return self._clients[service]

    def set_parameters(self, node: str, values: Mapping[str, Any]) -> list[SetParametersResult]:
        """Set parameters of a node, one result each."""
        request = SetParameters.Request(
            parameters=[
                Parameter(name, value=value).to_parameter_msg() for name, value in values.items()
            ]
        )
        return list(self.call(SetParameters, f"{node}/set_parameters", request).results)

    def get_parameter(self, node: str, name: str) -> Any:
        """The value of a node's parameter."""
        request = GetParameters.Request(names=[name])
        response = self.call(GetParameters, f"{node}/get_parameters", request)
        return parameter_value_to_python(response.values[0])

    def state(self, node: str) -> str:
        """Label of the lifecycle state of a node."""
        response = self.call(GetState, f"{node}/get_state", GetState.Request())
        return str(response.current_state.label)

    def change_state(self, node: str, transition: str) -> bool:
        """Ask for configure, activate, deactivate, cleanup, ...; whether it succeeded."""
        identity = getattr(Transition, f"TRANSITION_{transition.upper()}")
        request = ChangeState.Request(transition=Transition(id=identity))
        service = f"{node}/change_state"
        # Endpoints are discovered in order: once the later client has its answer, the earlier one
        # is known to the node too, and its only request will not be lost.
        self._client(ChangeState, service)
        self.state(node)
        return bool(self.call(ChangeState, service, request, again=False).success)
