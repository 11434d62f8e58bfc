"""Model updates across the bridge, on a separate connection, with lower priority than hard frames.

A piece is requested after the previous one has arrived, so that the link's speed sets the pace, and
only while no hard frame is in flight.
"""

from __future__ import annotations

from typing import Any, Final

import grpc
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup

from laecips_edge.bridge.grpc_client import GrpcTransport
from laecips_edge.bridge.link import Link, describe
from laecips_edge.core.link import model_protobuf, protobuf
from laecips_edge.core.link.model_update import (
    ModelOffer,
    PieceAnswer,
    PieceRequest,
    PieceStatus,
)
from laecips_edge.core.link.wire import WireError
from laecips_edge.ros import qos
from laecips_edge.ros.bounded_callback_group import BoundedCallbackGroup
from laecips_edge.ros.lifecycle import ManagedNode
from laecips_edge.ros.model_messages import offer_message, piece_message, piece_request_of
from laecips_msgs.msg import ModelUpdate
from laecips_msgs.srv import GetModel

PERIOD_S: Final = 2.0
PIECE_S: Final = 6.0
PAUSE_S: Final = 3.0
"""Seconds between two looks for an update; that a piece, and its wait for hard frames, may take.
Who asks gives up after ten."""

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
        self._link: Link | None = None
        self._hard_frames: GrpcTransport | None = None
        self._get_piece: Any = None
        self._get_update: Any = None
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

    def start(self, link: Link, hard_frames: GrpcTransport) -> None:
        """Start to ask over a link while no hard frame is in flight; the caller closes it."""
        self._get_piece = link.channel.unary_unary(protobuf.method("GetModel"))
        self._get_update = link.channel.unary_unary(protobuf.method("GetModelUpdate"))
        self._link, self._hard_frames = link, hard_frames

    def stop(self) -> None:
        """Stop to ask."""
        self._link = self._hard_frames = None

    def destroy(self) -> None:
        """Destroy the service and the topic, once the received requests are answered."""
        self._group.most = 0
        self._group.wait_until_idle()
        self._node.destroy_service(self._service)
        self._node.destroy_publisher(self._publisher)
        self._node.destroy_timer(self._timer)

    def _answer(self, request: GetModel.Request, response: GetModel.Response) -> GetModel.Response:
        return piece_message(response, self._piece(piece_request_of(request)))

    def _piece(self, request: PieceRequest) -> PieceAnswer:
        link, hard_frames = self._link, self._hard_frames
        if link is None or hard_frames is None:
            return _unavailable(f"{self._node.get_fully_qualified_name()} is {self._node.state}")
        if not link.present:
            return _unavailable(f"no cloud: {link.trouble}")
        if not hard_frames.wait_until_idle(PAUSE_S):
            return _unavailable("hard frames have the link")
        try:
            data = model_protobuf.encode_piece_request(request)
            answer = model_protobuf.decode_piece(self._get_piece(data, timeout=PIECE_S))
        except grpc.RpcError as error:
            return _unavailable(describe(error))
        except ValueError as error:  # WireError, or the connection has just been closed
            return _unavailable(str(error))
        link.heard()
        self.bytes += len(answer.data)
        return answer

    def _look(self) -> None:
        link = self._link
        if link is None or not link.present:
            return
        try:
            found = model_protobuf.decode_offer(self._get_update(b"", timeout=PERIOD_S))
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
