"""The node at the door of a cloud: robots ask over gRPC, it asks the service `segment_hard_frame`.

Who gets in says `gateway/admission.py`, how much `gateway/quotas.py`, what happens to a frame
`gateway/hard_frames.py`.
"""

from __future__ import annotations

import socket
import sys
from pathlib import Path
from typing import Any, Final

from laecips_edge.core.certificates.certificate import (
    REVOKED_FILE,
    Credentials,
    load_credentials,
    utc_now,
)
from laecips_edge.core.certificates.revocation import RevocationList
from laecips_edge.core.link.hard_frame import HardFrameAnswer, HardFrameRequest
from laecips_edge.core.link.model_pieces import Announcement, PieceAnswer, PieceRequest
from laecips_edge.ros import qos
from laecips_edge.ros.diagnostics import Diagnostics
from laecips_edge.ros.hard_frame_messages import answer_of, request_message
from laecips_edge.ros.lifecycle import ManagedNode, run
from laecips_edge.ros.model_messages import announcement_of, piece_of, piece_request_message
from laecips_edge.ros.parameters import ParameterError
from laecips_edge.ros.service_transport import ServiceTransport
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.client import Client
from rclpy.subscription import Subscription

from laecips_cloud.gateway.admission import Admission
from laecips_cloud.gateway.counters import GatewayCounters
from laecips_cloud.gateway.hard_frames import HardFrames
from laecips_cloud.gateway.health import GatewayHealth, assess
from laecips_cloud.gateway.models import Models
from laecips_cloud.gateway.quotas import Limits, Quotas
from laecips_cloud.gateway.server import GatewayServer
from laecips_msgs.msg import ModelUpdate
from laecips_msgs.srv import GetModel, SegmentHardFrame

STATUS_PERIOD_S: Final = 1.0


class GatewayNode(ManagedNode):
    """See the module; `config/gateway.yaml` shows the parameters."""

    def __init__(self, **options: Any) -> None:
        super().__init__("gateway", **options)
        self._declare()
        self._credentials: Credentials | None = None
        self._revoked: RevocationList | None = None
        self._client: Client | None = None
        self._files: Client | None = None
        self._announced: Announcement | None = None
        self._announcements: Subscription | None = None
        self._models: Models | None = None
        self._server: GatewayServer | None = None
        self._quotas: Quotas | None = None
        self._counters = GatewayCounters()
        self._diagnostics = Diagnostics(self)
        self.create_timer(STATUS_PERIOD_S, self._report, clock=self.steady_clock)

    def configure(self) -> None:
        """Load the certificates, look for the cloud's service."""
        if self.parameters["insecure"]:
            self.get_logger().warning("insecure: true: plain text, for tries on one machine alone")
        elif not self.parameters["certificates"]:
            raise ParameterError(
                "parameter certificates is empty: give the folder that `laecips certs gateway "
                "NAME` has made"
            )
        else:
            folder = Path(self.parameters["certificates"]).expanduser()
            self._credentials = load_credentials(folder, "gateway")
            self._revoked = RevocationList(folder / REVOKED_FILE, self._credentials.authority)
        self._client = self.create_client(
            SegmentHardFrame, "segment_hard_frame", callback_group=ReentrantCallbackGroup()
        )
        self._files = self.create_client(
            GetModel, "get_model", callback_group=ReentrantCallbackGroup()
        )
        self._announcements = self.create_subscription(
            ModelUpdate, "model_update", self._hear, qos.latched()
        )

    def activate(self) -> None:
        """Listen, and count anew."""
        if self._client is None or self._files is None:
            raise RuntimeError("the node is not configured")
        self._counters = GatewayCounters()
        self._quotas = Quotas(
            Limits(
                frames_per_minute=self.parameters["frames_per_minute"],
                bytes_per_minute=self.parameters["bytes_per_minute"],
                in_flight=self.parameters["max_in_flight"],
            )
        )
        transport = ServiceTransport[HardFrameRequest, HardFrameAnswer](
            self._client, to_message=request_message, from_message=answer_of
        )
        files = ServiceTransport[PieceRequest, PieceAnswer](
            self._files, to_message=piece_request_message, from_message=piece_of
        )
        self._models = Models(files, counters=self._counters)
        self._models.announcement = self._announced
        self._server = GatewayServer(
            self.parameters["address"],
            self._credentials,
            admission=Admission(self._revoked if self._revoked is not None else frozenset()),
            hard_frames=HardFrames(transport, quotas=self._quotas, counters=self._counters),
            models=self._models,
            counters=self._counters,
            on_refusal=self._tell,
        )
        self.get_logger().info(f"listening at {self.parameters['address']}")

    def deactivate(self) -> None:
        """Listen no more; what is under way is broken off."""
        server, self._server = self._server, None
        if server is not None:
            server.stop()

    def release(self) -> None:
        """Let the cloud's service and the certificates go."""
        for client in (self._client, self._files):
            if client is not None:
                self.destroy_client(client)
        if self._announcements is not None:
            self.destroy_subscription(self._announcements)
        self._client = self._files = self._announcements = self._announced = None
        self._credentials = self._revoked = self._models = None

    def _hear(self, message: ModelUpdate) -> None:
        self._announced = announcement_of(message)
        if self._models is not None:
            self._models.announcement = self._announced

    def _declare(self) -> None:
        fixed: Any = "unconfigured"
        declare = self.parameters.declare
        declare("address", "0.0.0.0:50443", "HOST:PORT to listen at.", changes=fixed)
        declare(
            "certificates",
            "",
            "Folder that `laecips certs gateway NAME` has made for this gateway.",
            changes=fixed,
        )
        declare(
            "insecure",
            False,
            "Plain text, without certificates: on this machine alone (address 127.0.0.1:PORT).",
            changes=fixed,
        )
        declare(
            "frames_per_minute",
            600,
            "Frames a minute that a robot may send; 0: no bound.",
            minimum=0,
            maximum=100_000,
            changes=fixed,
        )
        declare(
            "bytes_per_minute",
            120_000_000,
            "Bytes a minute that a robot may send; 0: no bound.",
            minimum=0,
            maximum=2**40,
            changes=fixed,
        )
        declare(
            "max_in_flight",
            4,
            "Frames of a robot that are answered at a time.",
            minimum=1,
            maximum=16,
            changes=fixed,
        )

    def _tell(self, line: str) -> None:
        self.get_logger().warning(line, throttle_duration_sec=1.0)

    def _report(self) -> None:
        client, revoked, credentials, quotas = (
            self._client,
            self._revoked,
            self._credentials,
            self._quotas,
        )
        now = utc_now()
        values: dict[str, Any] = {"address": self.parameters["address"]}
        if credentials is not None:
            values["certificate_days_left"] = round(credentials.own.days_left(now), 1)
        values |= self._counters.counts()
        values["in_flight"] = quotas.in_flight() if quotas is not None else 0
        health = GatewayHealth(
            state=self.state,
            failure=self.failure,
            cloud_present=client is None or bool(client.service_is_ready()),
            revoked=revoked.trouble if revoked is not None else "",
            certificate=credentials.own.warning(now) if credentials is not None else "",
            insecure=self.parameters["insecure"],
        )
        self._diagnostics.publish(values, assess(health), hardware_id=socket.gethostname())


def main() -> int:
    """Run the node until it is asked to end."""
    # While one thread stops the server, another takes the cloud's answers.
    return run(GatewayNode, threads=3)


if __name__ == "__main__":
    sys.exit(main())
