"""The bridge node: provides `segment_hard_frame` to the robot and asks a gateway over gRPC.

The edge node cannot tell the bridge from a cloud node. Without a cloud, a request is answered
SPOOLED or UNAVAILABLE at once, so that the robot answers the frame itself.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, Final

from laecips_edge.bridge import report_relay
from laecips_edge.bridge.bridge_settings import MADE, BridgeSettings
from laecips_edge.bridge.bridge_status import BridgeParts
from laecips_edge.bridge.clouds import Clouds
from laecips_edge.bridge.discovery import Discovery, can_discover
from laecips_edge.bridge.frame_keeper import FrameKeeper
from laecips_edge.bridge.link import Link
from laecips_edge.bridge.model_relay import THREADS, ModelRelay
from laecips_edge.core.certificates.certificate import Credentials
from laecips_edge.core.certificates.reloaded_credentials import ReloadedCredentials
from laecips_edge.core.link.announced import Announced
from laecips_edge.core.link.hard_frame import AnswerStatus, HardFrameAnswer, HardFrameRequest
from laecips_edge.core.link.wire_error import WireError
from laecips_edge.core.malloc_arenas import give_back, share_arenas
from laecips_edge.core.on_the_way import OnTheWay
from laecips_edge.core.settings import SettingError
from laecips_edge.ros import qos
from laecips_edge.ros.dedicated_thread import DedicatedThread
from laecips_edge.ros.lifecycle import ManagedNode, run
from laecips_edge.ros.messages.hard_frame import answer_message, request_of
from laecips_edge.ros.status_publisher import StatusPublisher
from laecips_msgs.msg import BridgeStatus
from laecips_msgs.srv import SegmentHardFrame

STATUS_PERIOD_S: Final = 1.0
DISCOVERY_PERIOD_S: Final = 5.0

MOST: Final = 16
"""Requests on their way at a time; more are answered UNAVAILABLE."""

PAUSE_S: Final = 0.5
"""How long a new connection waits for the hard frames that are on their way over the old one."""


class BridgeNode(ManagedNode):
    """The managed node `bridge`; `config/bridge.yaml` shows its parameters."""

    def __init__(self, **options: Any) -> None:
        super().__init__("bridge", **options)
        self.parameters.declare(BridgeSettings)
        self._settings = BridgeSettings()
        self._certificates: ReloadedCredentials | None = None
        self._credentials: Credentials | None = None
        self._clouds: Clouds | None = None
        self._discovery: Discovery | None = None
        self._announced: dict[str, str] = {}
        self._models: ModelRelay | None = None
        self._reports: report_relay.ReportRelay | None = None
        self._keeper = FrameKeeper(self._settings, logger=self.get_logger())
        self._requests = DedicatedThread(self, "hard frames")
        self._on_the_way = OnTheWay(MOST)
        self._service: Any = None
        self._status = StatusPublisher(self, BridgeStatus)
        self.create_timer(STATUS_PERIOD_S, self._report, clock=self.steady_clock)
        self.create_timer(DISCOVERY_PERIOD_S, self._discover, clock=self.steady_clock)

    def configure(self) -> None:
        """Load the certificates, open the spool and create the service."""
        self._settings = settings = self.parameters.read(BridgeSettings)
        if not settings.addresses and not can_discover():
            raise SettingError(
                "parameter addresses is empty: give HOST:PORT of the gateway, or install the "
                "Python package zeroconf, which finds gateways that announce themselves"
            )
        if not settings.addresses and settings.insecure:
            raise SettingError(
                "parameter addresses is empty: give 127.0.0.1:PORT, for an announcement is trusted "
                "only with certificates"
            )
        if settings.insecure:
            self.get_logger().warning("insecure: true: plain text, for tries on one machine alone")
        else:
            folder = settings.path("certificates", what=MADE)
            self._certificates = ReloadedCredentials(folder, "robot")
            self._credentials = self._certificates.current()
        self._keeper = FrameKeeper(settings, logger=self.get_logger())
        self._keeper.open(self._credentials.own.name if self._credentials else "plain-text")
        self._models = ModelRelay(self)
        self._reports = report_relay.ReportRelay(self)
        self._service = self.create_service(
            SegmentHardFrame,
            "segment_hard_frame",
            self._answer,
            qos_profile=qos.reliable(depth=MOST),
            callback_group=self._requests.group,
        )
        self._requests.start(self._service)
        give_back()  # what the imports and the certificates needed

    def activate(self) -> None:
        """Connect to the gateways, and start to send spooled frames."""
        if self._models is None or self._reports is None:
            raise RuntimeError("the node is not configured")
        if self._certificates is not None:
            self._credentials = self._certificates.current()
        clouds = Clouds(self._settings.addresses, self._connect, on_change=self._tell)
        self._clouds = clouds
        if not self._settings.addresses:
            self._discovery = Discovery(self._discovered, on_garbage=self._garbage)
        self._models.start(clouds)
        self._reports.start(clouds)
        models = self._models
        self._keeper.start(clouds, busy=lambda: models.active)

    def deactivate(self) -> None:
        """Cancel the requests in flight, which are answered UNAVAILABLE, and disconnect."""
        discovery, self._discovery = self._discovery, None
        if discovery is not None:
            discovery.close()
        if self._models is not None:
            self._models.stop()
        if self._reports is not None:
            self._reports.stop()
        clouds, self._clouds = self._clouds, None
        if clouds is not None:
            clouds.close()
        self._keeper.stop()

    def release(self) -> None:
        """Destroy the service, once all received requests are answered, and close the spool."""
        if self._service is not None:
            self._requests.stop()
            # To send an answer after its service is destroyed would end the process.
            self._on_the_way.wait_until_none()
            self.destroy_service(self._service)
            self._service = None
        if self._models is not None:
            self._models.destroy()
        if self._reports is not None:
            self._reports.destroy()
        self._keeper.close()
        self._models = self._reports = self._certificates = self._credentials = None

    def _connect(self, address: str, on_change: Callable[[str], None]) -> Link:
        tls_name = self._settings.tls_name or self._announced.get(address, "")
        return Link(address, self._credentials, tls_name=tls_name, on_change=on_change)

    def _answer(
        self,
        message: SegmentHardFrame.Request,
        respond: Callable[[SegmentHardFrame.Response], None],
    ) -> None:
        request = request_of(message)

        def answer(found: HardFrameAnswer) -> None:
            respond(answer_message(SegmentHardFrame.Response(), found, message.header))

        def answer_and_end(found: HardFrameAnswer) -> None:
            try:
                answer(found)
            finally:
                self._on_the_way.end()

        if self._on_the_way.begin():
            self._ask(request, answer_and_end)
        else:
            answer(_unavailable(f"{MOST} requests are on their way: lower max_in_flight"))

    def _ask(self, request: HardFrameRequest, on_answer: Callable[[HardFrameAnswer], None]) -> None:
        """Ask the cloud; its answer, or that there is none, comes at the deadline at the latest."""
        # Another thread may deactivate the node at the same time: read the attribute once.
        clouds = self._clouds
        if clouds is None:
            on_answer(
                _unavailable(f"{self.get_fully_qualified_name()} is {self.state}: activate it")
            )
            return
        if not clouds.present:
            message = f"no cloud: {clouds.trouble or 'a frame is on its way to try it'}"
            kept = self._keeper.take(request)
            status = AnswerStatus.SPOOLED if kept else AnswerStatus.UNAVAILABLE
            on_answer(HardFrameAnswer(status=status, message=message))
            return

        def hear(answer: HardFrameAnswer) -> None:
            if answer.status is AnswerStatus.UNAVAILABLE:
                self._keeper.take(request)
            on_answer(answer)

        try:
            clouds.ask(request, hear)
        except WireError as error:
            hear(HardFrameAnswer(status=AnswerStatus.BAD_REQUEST, message=str(error)))
        except (ValueError, RuntimeError) as error:  # just closed, or no thread can be started
            hear(_unavailable(str(error)))

    def _discovered(self, found: list[Announced]) -> None:
        """Take the announced gateways; a certificate must prove the announced name."""
        self._announced |= {each.address: each.tls_name for each in found}
        clouds = self._clouds
        if clouds is not None:
            clouds.change([each.address for each in found])

    def _discover(self) -> None:
        """Look for gateways again while none can be reached."""
        discovery, clouds = self._discovery, self._clouds
        if discovery is not None and clouds is not None and clouds.reached is None:
            discovery.review()

    def _garbage(self, line: str) -> None:
        self.get_logger().warning(line, throttle_duration_sec=60.0)

    def _tell(self, address: str, trouble: str) -> None:
        if trouble:
            self.get_logger().warning(f"no cloud at {address}: {trouble}")
        else:
            self.get_logger().info(f"the cloud is there: {address}")

    def _renew(self) -> None:
        """Connect anew, between two hard frames where possible, once the certificate is renewed."""
        certificates, clouds = self._certificates, self._clouds
        if certificates is None or clouds is None:
            return
        if certificates.current() is not self._credentials:
            clouds.wait_until_idle(PAUSE_S)
            self.get_logger().info("the certificate was renewed: connecting anew")
            self.deactivate()
            self.activate()

    def _report(self) -> None:
        self._renew()
        parts = BridgeParts(
            settings=self._settings,
            certificates=self._certificates,
            clouds=self._clouds,
            models=self._models,
            reports=self._reports,
            keeper=self._keeper,
        )
        fields = parts.fields() | {"state": self.state}
        found = parts.health(self.state, self.failure)
        self._status.publish(fields, found, hardware_id=fields["robot"])


def _unavailable(message: str) -> HardFrameAnswer:
    return HardFrameAnswer(status=AnswerStatus.UNAVAILABLE, message=message)


def main() -> int:
    """Run the node until SIGINT or SIGTERM; return the exit status."""
    share_arenas()
    # Transitions and the status need threads too.
    return run(BridgeNode, threads=THREADS + report_relay.THREADS + 2)


if __name__ == "__main__":
    sys.exit(main())
