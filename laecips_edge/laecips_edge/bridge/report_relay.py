"""The robot's reports on model updates across the bridge, until the cloud has each of them."""

from __future__ import annotations

from collections import deque
from typing import Final

import grpc
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup

from laecips_edge.bridge.clouds import Clouds
from laecips_edge.bridge.link import describe
from laecips_edge.core.link import model_protobuf
from laecips_edge.core.link.wire_error import WireError
from laecips_edge.ros import qos
from laecips_edge.ros.lifecycle import ManagedNode
from laecips_edge.ros.messages.model_update import report_of
from laecips_msgs.msg import ModelReport

PERIOD_S: Final = 1.0
CALL_S: Final = 2.0
KEPT: Final = 20
"""Reports that wait for the cloud at most, the newest; as many as the robot's topic keeps."""

THREADS: Final = 1
"""That callbacks of a relay may hold."""

_NEVER: Final = (
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.PERMISSION_DENIED,
    grpc.StatusCode.UNIMPLEMENTED,
)
"""Refusals that a second try would meet too."""


class ReportRelay:
    """Subscribes to `model_report` on a node and sends each report to the gateway.

    Args:
        node: the node that owns the subscription.
    """

    def __init__(self, node: ManagedNode) -> None:
        self._node = node
        self._clouds: Clouds | None = None
        self._waiting: deque[ModelReport] = deque(maxlen=KEPT)
        # One thread at a time hears and sends: the reports arrive in their order.
        group = MutuallyExclusiveCallbackGroup()
        self._subscription = node.create_subscription(
            ModelReport,
            "model_report",
            self._hear,
            qos.latched(depth=KEPT),
            callback_group=group,
        )
        self._timer = node.create_timer(
            PERIOD_S, self._send_all, clock=node.steady_clock, callback_group=group
        )

    @property
    def waiting(self) -> int:
        """Reports that the cloud does not have yet."""
        return len(self._waiting)

    def start(self, clouds: Clouds) -> None:
        """Start to send to the address that answers; the caller closes them."""
        self._clouds = clouds

    def stop(self) -> None:
        """Stop to send; what the cloud does not have yet stays."""
        self._clouds = None

    def destroy(self) -> None:
        """Destroy the subscription."""
        self._node.destroy_subscription(self._subscription)
        self._node.destroy_timer(self._timer)

    def _hear(self, message: ModelReport) -> None:
        self._waiting.append(message)

    def _send_all(self) -> None:
        while self._waiting and self._send(self._waiting[0]):
            self._waiting.popleft()

    def _send(self, message: ModelReport) -> bool:
        """Send a report; return whether it is done with."""
        clouds = self._clouds
        cloud = clouds.reached if clouds is not None else None
        if cloud is None:
            return False
        try:
            data = model_protobuf.encode_report(report_of(message))
            refusal = model_protobuf.decode_receipt(cloud.report_model(data, timeout=CALL_S))
        except grpc.RpcError as error:
            if error.code() not in _NEVER:
                return False  # the link's own greetings report the error
            return self._drop(describe(error))
        except WireError as error:
            return self._drop(str(error))
        except ValueError as error:  # an unknown outcome, or the connection has just been closed
            return self._clouds is clouds and self._drop(str(error))
        if refusal:
            self._node.get_logger().warning(
                f"model_report waits: {refusal}", throttle_duration_sec=60.0
            )
        return not refusal

    def _drop(self, reason: str) -> bool:
        self._node.get_logger().warning(f"model_report is not sent: {reason}")
        return True
