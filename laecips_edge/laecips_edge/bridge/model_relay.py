"""Model updates across the bridge, on a separate connection, with lower priority than hard frames.

`read_ahead` decides how many pieces are under way, and how long they wait for hard frames.
"""

from __future__ import annotations

import time
from typing import Final

import grpc
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup

from laecips_edge.bridge.clouds import Cloud, Clouds
from laecips_edge.bridge.link import describe
from laecips_edge.bridge.read_ahead import ReadAhead
from laecips_edge.core.link import model_protobuf
from laecips_edge.core.link.model_update import (
    ModelOffer,
    PieceAnswer,
    PieceRequest,
    PieceStatus,
)
from laecips_edge.core.link.wire_error import WireError
from laecips_edge.ros import qos
from laecips_edge.ros.bounded_callback_group import BoundedCallbackGroup
from laecips_edge.ros.lifecycle import ManagedNode
from laecips_edge.ros.messages.model_update import offer_message, piece_message, piece_request_of
from laecips_msgs.msg import ModelUpdate
from laecips_msgs.srv import GetModel

PERIOD_S: Final = 2.0
"""Seconds between two looks for an update."""

ACTIVE_S: Final = 1.0
"""Seconds after its last piece in which a transfer counts as under way."""

THREADS: Final = 2
"""That callbacks of a relay may hold."""


class ModelRelay:
    """Provides the service `get_model` and the topic `model_update` on a node.

    Args:
        node: the node that owns them.
    """

    def __init__(self, node: ManagedNode) -> None:
        self.bytes = 0
        """Of pieces that came."""
        self._node = node
        self._clouds: Clouds | None = None
        self._source: Cloud | None = None
        self._ahead: ReadAhead | None = None
        self._used_s = -ACTIVE_S
        self._told: ModelOffer | None = None
        self._group = BoundedCallbackGroup()
        self._publisher = node.create_publisher(ModelUpdate, "model_update", qos.latched())
        self._service = node.create_service(
            GetModel, "get_model", self._answer, callback_group=self._group
        )
        self._timer = node.create_timer(
            PERIOD_S,
            self._look,
            clock=node.steady_clock,
            callback_group=MutuallyExclusiveCallbackGroup(),
        )

    @property
    def active(self) -> bool:
        """Whether a transfer is under way."""
        return time.monotonic() - self._used_s < ACTIVE_S

    def start(self, clouds: Clouds) -> None:
        """Start to ask the cloud while no hard frame is in flight; the caller closes the links."""
        self._clouds = clouds

    def stop(self) -> None:
        """Stop to ask."""
        self._clouds = self._source = self._ahead = None

    def destroy(self) -> None:
        """Destroy the service and the topic, once the received requests are answered."""
        self._group.running.most = 0
        self._group.wait_until_idle()
        self._node.destroy_service(self._service)
        self._node.destroy_publisher(self._publisher)
        self._node.destroy_timer(self._timer)

    def _answer(self, request: GetModel.Request, response: GetModel.Response) -> GetModel.Response:
        return piece_message(response, self._piece(piece_request_of(request)))

    def _piece(self, request: PieceRequest) -> PieceAnswer:
        clouds = self._clouds
        if clouds is None:
            return _unavailable(f"{self._node.get_fully_qualified_name()} is {self._node.state}")
        cloud = clouds.reached
        if cloud is None:
            return _unavailable(f"no cloud: {clouds.trouble}")
        self._used_s = time.monotonic()
        try:
            answer = self._ahead_of(cloud, clouds).piece(request)
        except grpc.RpcError as error:
            return _unavailable(describe(error))
        except ValueError as error:  # WireError, or the connection has just been closed
            return _unavailable(str(error))
        self.bytes += len(answer.data)
        return answer

    def _ahead_of(self, cloud: Cloud, clouds: Clouds) -> ReadAhead:
        """Return the pieces under way from an address; those of another one are cancelled."""
        ahead = self._ahead
        if ahead is None or self._source is not cloud:
            if ahead is not None:
                ahead.drop()
            ahead = self._ahead = ReadAhead(cloud.get_model, clouds.wait_until_idle)
            self._source = cloud
        return ahead

    def _look(self) -> None:
        cloud = self._clouds.reached if self._clouds is not None else None
        if cloud is None:
            return
        try:
            found = model_protobuf.decode_offer(cloud.get_model_update(b"", timeout=PERIOD_S))
        except grpc.RpcError:
            return  # the link's own greetings report the error
        except WireError as error:
            self._node.get_logger().warning(f"model_update: {error}", throttle_duration_sec=60.0)
            return
        except ValueError:  # the connection has just been closed
            return
        if found is not None and found != self._told:
            self._told = found
            self._publisher.publish(
                offer_message(found, stamp=self._node.get_clock().now().to_msg())
            )


def _unavailable(message: str) -> PieceAnswer:
    return PieceAnswer(status=PieceStatus.UNAVAILABLE, message=message)
