"""The bridge node: provides `segment_hard_frame` to the robot and asks a gateway over gRPC.

The edge node cannot tell the bridge from a cloud node. Without a gateway, a request is answered
UNAVAILABLE at once, so that the robot answers the frame itself.
"""

from __future__ import annotations

import queue
import sys
import threading
from collections.abc import Callable
from typing import Any, Final

from laecips_edge.bridge.bridge_settings import MADE, BridgeSettings
from laecips_edge.bridge.grpc_client import DEADLINE_S, GrpcTransport
from laecips_edge.bridge.health import BridgeHealth, assess
from laecips_edge.bridge.link import Link
from laecips_edge.bridge.model_relay import THREADS, ModelRelay
from laecips_edge.core.certificates.certificate import Credentials, load_credentials, utc_now
from laecips_edge.core.link.hard_frame import AnswerStatus, HardFrameAnswer, HardFrameRequest
from laecips_edge.core.link.wire import WireError
from laecips_edge.core.settings import SettingError
from laecips_edge.ros import qos
from laecips_edge.ros.bounded_callback_group import BoundedCallbackGroup
from laecips_edge.ros.diagnostics import Diagnostics
from laecips_edge.ros.hard_frame_messages import answer_message, request_of
from laecips_edge.ros.lifecycle import ManagedNode, run
from laecips_msgs.srv import SegmentHardFrame

STATUS_PERIOD_S: Final = 1.0

MOST: Final = 16
"""Requests on their way at a time, a thread each; more are answered UNAVAILABLE."""

REFUSALS: Final = 2
"""Threads that say so."""

SLACK_S: Final = 1.0
"""A call ends by itself at its deadline; so much later nobody waits for that any more."""


class BridgeNode(ManagedNode):
    """The managed node `bridge`; `config/bridge.yaml` shows its parameters."""

    def __init__(self, **options: Any) -> None:
        super().__init__("bridge", **options)
        self.parameters.declare(BridgeSettings)
        self._settings = BridgeSettings()
        self._credentials: Credentials | None = None
        self._link: Link | None = None
        self._bulk: Link | None = None
        self._transport: GrpcTransport | None = None
        self._models: ModelRelay | None = None
        self._room = threading.BoundedSemaphore(MOST)
        self._requests = BoundedCallbackGroup()
        self._service: Any = None
        self._diagnostics = Diagnostics(self)
        self.create_timer(STATUS_PERIOD_S, self._report, clock=self.steady_clock)

    def configure(self) -> None:
        """Load the certificates and create the service."""
        self._settings = settings = self.parameters.read(BridgeSettings)
        if not settings.address:
            raise SettingError("parameter address is empty: give HOST:PORT of the gateway")
        if settings.insecure:
            self.get_logger().warning("insecure: true: plain text, for tries on one machine alone")
        else:
            folder = settings.path("certificates", what=MADE)
            self._credentials = load_credentials(folder, "robot")
        self._models = ModelRelay(self)
        self._requests.most = MOST + REFUSALS
        self._service = self.create_service(
            SegmentHardFrame,
            "segment_hard_frame",
            self._answer,
            qos_profile=qos.reliable(depth=MOST),
            callback_group=self._requests,
        )

    def activate(self) -> None:
        """Connect to the gateway."""
        if self._models is None:
            raise RuntimeError("the node is not configured")
        self._link = link = self._connect(self._tell)
        self._transport = transport = GrpcTransport(link)
        # gRPC has no priorities inside one connection.
        self._bulk = self._connect()
        self._models.start(self._bulk, transport)

    def deactivate(self) -> None:
        """Cancel the requests in flight, which are answered UNAVAILABLE, and disconnect."""
        if self._models is not None:
            self._models.stop()
        links = (self._link, self._bulk)
        self._link = self._bulk = self._transport = None
        for link in links:
            if link is not None:
                link.close()

    def release(self) -> None:
        """Destroy the service, once all received requests are answered."""
        if self._service is not None:
            # To send an answer after its service is destroyed would end the process.
            self._requests.most = 0
            self._requests.wait_until_idle()
            self.destroy_service(self._service)
            self._service = None
        if self._models is not None:
            self._models.destroy()
        self._models = self._credentials = None

    def _connect(self, on_change: Callable[[str], None] = lambda trouble: None) -> Link:
        return Link(
            self._settings.address,
            self._credentials,
            tls_name=self._settings.tls_name,
            on_change=on_change,
        )

    def _answer(
        self, request: SegmentHardFrame.Request, response: SegmentHardFrame.Response
    ) -> SegmentHardFrame.Response:
        if not self._room.acquire(blocking=False):
            answer = _unavailable(f"{MOST} requests are on their way: lower max_in_flight")
            return answer_message(response, answer, request.header)
        try:
            return answer_message(response, self._ask(request_of(request)), request.header)
        finally:
            self._room.release()

    def _ask(self, request: HardFrameRequest) -> HardFrameAnswer:
        # Another thread may deactivate the node at the same time: read the attribute once.
        link, transport = self._link, self._transport
        if link is None or transport is None:
            return _unavailable(f"{self.get_fully_qualified_name()} is {self.state}: activate it")
        if not transport.present:
            return _unavailable(f"no cloud: {link.trouble}")
        answers: queue.SimpleQueue[HardFrameAnswer] = queue.SimpleQueue()
        try:
            call = transport.ask(request, answers.put)
        except WireError as error:
            return HardFrameAnswer(status=AnswerStatus.BAD_REQUEST, message=str(error))
        except ValueError as error:  # the connection has just been closed
            return _unavailable(str(error))
        try:
            return answers.get(timeout=(request.deadline_s or DEADLINE_S) + SLACK_S)
        except queue.Empty:
            call.cancel()
            return _unavailable("no answer")

    def _tell(self, trouble: str) -> None:
        address = self._settings.address
        if trouble:
            self.get_logger().warning(f"no cloud at {address}: {trouble}")
        else:
            self.get_logger().info(f"the cloud is there: {address}")

    def _report(self) -> None:
        link, transport, credentials = self._link, self._transport, self._credentials
        models = self._models
        now = utc_now()
        values: dict[str, Any] = {"address": self._settings.address}
        if credentials is not None:
            values["robot"] = credentials.own.name
            values["certificate_days_left"] = round(credentials.own.days_left(now), 1)
        if link is not None and transport is not None:
            values |= {
                "link": "up" if link.present else "down",
                "link_round_trip_ms": link.round_trip_ms.value,
                "frame_round_trip_ms": transport.round_trip_ms.value,
                "bytes_per_s": transport.bytes_per_s.value,
            } | transport.counts()
        if models is not None:
            values["model_bytes_down"] = models.bytes
        health = BridgeHealth(
            state=self.state,
            failure=self.failure,
            trouble=link.trouble if link is not None else "",
            certificate=credentials.own.warning(now) if credentials is not None else "",
            insecure=self._settings.insecure,
        )
        self._diagnostics.publish(values, assess(health), hardware_id=values.get("robot", ""))


def _unavailable(message: str) -> HardFrameAnswer:
    return HardFrameAnswer(status=AnswerStatus.UNAVAILABLE, message=message)


def main() -> int:
    """Run the node until SIGINT or SIGTERM; return the exit status."""
    # A waiting request holds a thread; transitions, the status and refusals need some too.
    return run(BridgeNode, threads=MOST + REFUSALS + THREADS + 2)


if __name__ == "__main__":
    sys.exit(main())
