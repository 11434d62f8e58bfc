"""The gateway node: answers robots over gRPC by means of the service `segment_hard_frame`.

`gateway/admission.py` decides which robots are admitted, `gateway/quotas.py` how much each may
send, and `gateway/hard_frames.py` handles a frame.
"""

from __future__ import annotations

import socket
import sys
from typing import Any, Final

from laecips_edge.core.certificates.certificate import REVOKED_FILE, utc_now
from laecips_edge.core.certificates.reloaded_credentials import ReloadedCredentials
from laecips_edge.core.certificates.revocation import RevocationList
from laecips_edge.core.link.hard_frame import HardFrameAnswer, HardFrameRequest
from laecips_edge.core.link.model_update import (
    ModelOffer,
    PieceAnswer,
    PieceRequest,
    RobotReport,
)
from laecips_edge.core.malloc_arenas import share_arenas
from laecips_edge.ros import qos
from laecips_edge.ros.dedicated_thread import DedicatedThread
from laecips_edge.ros.lifecycle import ManagedNode, run
from laecips_edge.ros.messages.hard_frame import answer_of, request_message
from laecips_edge.ros.messages.headers import header_of
from laecips_edge.ros.messages.model_update import (
    offer_of,
    piece_of,
    piece_request_message,
    report_message,
)
from laecips_edge.ros.service_transport import ServiceTransport
from laecips_edge.ros.status_publisher import StatusPublisher
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.client import Client
from rclpy.publisher import Publisher
from rclpy.subscription import Subscription

from laecips_cloud.gateway.admission import Admission
from laecips_cloud.gateway.announcement import Announcement
from laecips_cloud.gateway.counters import GatewayCounters
from laecips_cloud.gateway.gateway_settings import GatewaySettings
from laecips_cloud.gateway.hard_frames import HardFrames
from laecips_cloud.gateway.health import GatewayHealth, assess
from laecips_cloud.gateway.models import Models
from laecips_cloud.gateway.quotas import Quotas
from laecips_cloud.gateway.reports import Reports
from laecips_cloud.gateway.server import GatewayServer
from laecips_cloud.gateway.teaching import TeachFrames
from laecips_msgs.msg import GatewayStatus, ModelReport, ModelUpdate, RobotTraffic
from laecips_msgs.srv import GetModel, SegmentHardFrame

STATUS_PERIOD_S: Final = 1.0
ANNOUNCE_PERIOD_S: Final = 5.0
REPORTS_KEPT: Final = 100


class GatewayNode(ManagedNode):
    """The managed node `gateway`; `config/gateway.yaml` shows its parameters."""

    def __init__(self, **options: Any) -> None:
        super().__init__("gateway", **options)
        self.parameters.declare(GatewaySettings)
        self._settings = GatewaySettings()
        self._certificates: ReloadedCredentials | None = None
        self._revoked: RevocationList | None = None
        self._answers = DedicatedThread(self, "answers")
        self._client: Client | None = None
        self._files: Client | None = None
        self._offer: ModelOffer | None = None
        self._offers: Subscription | None = None
        self._models: Models | None = None
        self._reports: Publisher | None = None
        self._server: GatewayServer | None = None
        self._quotas: Quotas | None = None
        self._announcement: Announcement | None = None
        self._unannounced = ""
        self._counters = GatewayCounters()
        self._status = StatusPublisher(self, GatewayStatus)
        self.create_timer(STATUS_PERIOD_S, self._report, clock=self.steady_clock)
        self.create_timer(ANNOUNCE_PERIOD_S, self._review, clock=self.steady_clock)

    def configure(self) -> None:
        """Load the certificates and create the client of the cloud's service."""
        self._settings = settings = self.parameters.read(GatewaySettings)
        if settings.insecure:
            self.get_logger().warning("insecure: true: plain text, for tries on one machine alone")
        else:
            made = "the folder that `laecips certs gateway NAME` has made"
            folder = settings.path("certificates", what=made)
            self._certificates = ReloadedCredentials(folder, "gateway")
            authority = self._certificates.current().authority
            self._revoked = RevocationList(folder / REVOKED_FILE, authority)
        self._client = self.create_client(
            SegmentHardFrame, "segment_hard_frame", callback_group=self._answers.group
        )
        self._answers.start(self._client)
        self._files = self.create_client(
            GetModel, "get_model", callback_group=ReentrantCallbackGroup()
        )
        self._offers = self.create_subscription(
            ModelUpdate, "model_update", self._hear, qos.latched()
        )
        self._reports = self.create_publisher(
            ModelReport, "model_report", qos.latched(depth=REPORTS_KEPT)
        )

    def activate(self) -> None:
        """Start the gRPC server, with counters at zero."""
        if self._client is None or self._files is None:
            raise RuntimeError("the node is not configured")
        self._counters = GatewayCounters()
        self._quotas = Quotas(self._settings.limits())
        transport = ServiceTransport[HardFrameRequest, HardFrameAnswer](
            self._client, to_message=request_message, from_message=answer_of
        )
        files = ServiceTransport[PieceRequest, PieceAnswer](
            self._files, to_message=piece_request_message, from_message=piece_of
        )
        self._models = Models(files, counters=self._counters)
        self._models.offer = self._offer
        self._server = GatewayServer(
            self._settings.address,
            self._certificates,
            admission=Admission(self._revoked if self._revoked is not None else frozenset()),
            hard_frames=HardFrames(transport, quotas=self._quotas, counters=self._counters),
            models=self._models,
            teaching=TeachFrames(
                transport, limits=self._settings.teaching_limits(), counters=self._counters
            ),
            reports=Reports(self._pass_on, counters=self._counters),
            counters=self._counters,
            on_refusal=self._tell,
        )
        self.get_logger().info(f"listening at {self._settings.address}")
        if self._settings.announce:
            self._announce(self._server.port)

    def deactivate(self) -> None:
        """Stop the gRPC server and cancel the running requests."""
        announcement, self._announcement = self._announcement, None
        if announcement is not None:
            announcement.close()
        server, self._server = self._server, None
        if server is not None:
            server.stop()

    def release(self) -> None:
        """Destroy the client of the cloud's service and drop the certificates."""
        self._answers.stop()
        for client in (self._client, self._files):
            if client is not None:
                self.destroy_client(client)
        if self._offers is not None:
            self.destroy_subscription(self._offers)
        if self._reports is not None:
            self.destroy_publisher(self._reports)
        self._client = self._files = self._offers = self._offer = self._reports = None
        self._certificates = self._revoked = self._models = None

    def _announce(self, port: int) -> None:
        """Announce the gateway; robots with a configured address do without."""
        self._unannounced = ""
        if self._certificates is None:
            self._unannounced = "robots trust an announcement only with certificates"
            self.get_logger().error(f"announce: {self._unannounced}")
            return
        host = self._settings.address.rpartition(":")[0]
        name = self._certificates.current().own.name
        try:
            self._announcement = Announcement(host, port, tls_name=name)
        except (ImportError, OSError) as error:
            self._unannounced = str(error)
            self.get_logger().error(f"announce: {error}: robots need the address")

    def _review(self) -> None:
        """Announce the addresses of a network that has come up since."""
        if self._announcement is None:
            return
        try:
            self._announcement.review()
            self._unannounced = ""
        except (OSError, RuntimeError) as error:
            self._unannounced = str(error)

    def _hear(self, message: ModelUpdate) -> None:
        self._offer = offer_of(message)
        if self._models is not None:
            self._models.offer = self._offer

    def _pass_on(self, report: RobotReport) -> bool:
        """Publish a report; return whether a trainer hears it."""
        publisher = self._reports
        if publisher is None or not publisher.get_subscription_count():
            return False
        stamp = header_of(report.stamp_ns, "").stamp
        publisher.publish(report_message(report.report, robot=report.robot, stamp=stamp))
        return True

    def _tell(self, line: str) -> None:
        self.get_logger().warning(line, throttle_duration_sec=1.0)

    def _report(self) -> None:
        client, revoked, certificates = self._client, self._revoked, self._certificates
        now = utc_now()
        days_left, warning = 0.0, ""
        if certificates is not None:
            days_left = certificates.current().own.days_left(now)
            warning = certificates.warning(now, days=self._settings.warn.certificate_days)
        health = GatewayHealth(
            state=self.state,
            failure=self.failure,
            cloud_present=client is None or bool(client.service_is_ready()),
            revoked=revoked.trouble if revoked is not None else "",
            certificate=warning,
            insecure=self._settings.insecure,
            unannounced=self._unannounced,
        )
        in_flight = self._quotas.in_flight() if self._quotas is not None else {}
        robots = [
            RobotTraffic(in_flight=in_flight.get(each["robot"], 0), **each)
            for each in self._counters.robots()
        ]
        fields = {
            "state": self.state,
            "address": self._settings.address,
            "certificate_days_left": round(days_left, 1),
            "in_flight": sum(in_flight.values()),
            **self._counters.counts(),
            "robots": robots,
        }
        self._status.publish(
            fields,
            assess(health),
            hardware_id=socket.gethostname(),
            details={"robots": ", ".join(f"{each.robot} ({each.peer})" for each in robots)},
        )


def main() -> int:
    """Run the node until SIGINT or SIGTERM; return the exit status."""
    share_arenas()
    # One thread stops the server while another receives the cloud's answers.
    return run(GatewayNode, threads=3)


if __name__ == "__main__":
    sys.exit(main())
