"""Model updates for robots across the network: the current offer, and pieces of its files."""

from __future__ import annotations

from laecips_edge.core.link import model_protobuf
from laecips_edge.core.link.model_update import (
    ModelOffer,
    PieceAnswer,
    PieceRequest,
    PieceStatus,
)
from laecips_edge.core.link.transport import Transport

from laecips_cloud.gateway.caller import PLAIN_TEXT, Caller, wait_for_answer
from laecips_cloud.gateway.counters import GatewayCounters
from laecips_cloud.gateway.quotas import Limits, Quotas

LIMITS = Limits(frames_per_minute=0, bytes_per_minute=0, in_flight=16)
"""Pieces of one robot at a time: as many as a bridge reads ahead."""


class Models:
    """Answers calls about model updates. Thread-safe.

    Args:
        transport: transport to the trainer's `get_model`.
        counters: counters of the bytes.

    Attributes:
        offer: the pair that robots should run; None before the first offer.
    """

    def __init__(
        self, transport: Transport[PieceRequest, PieceAnswer], *, counters: GatewayCounters
    ) -> None:
        self.offer: ModelOffer | None = None
        self._transport = transport
        self._counters = counters
        self._quotas = Quotas(LIMITS)

    def update(self, data: bytes, caller: Caller) -> bytes:
        """Return the serialised offer; the request's content is ignored."""
        return model_protobuf.encode_offer(self.offer)

    def piece(self, data: bytes, caller: Caller) -> bytes:
        """Return a serialised piece.

        Raises:
            WireError: `data` is no request, or a part is out of bounds.
            GoneError: the caller no longer waits.
        """
        request = model_protobuf.decode_piece_request(data)
        refused = self._quotas.admit(caller.robot, len(data))
        if refused:
            return _unavailable(refused)
        try:
            if not self._transport.present:
                return _unavailable("the gateway sees no trainer_node: start it")
            answer = wait_for_answer(self._transport, request, caller, caller.seconds_left())
        finally:
            self._quotas.release(caller.robot)
        encoded = model_protobuf.encode_piece(answer)
        self._counters.add(caller.robot or PLAIN_TEXT, model_bytes_down=len(encoded))
        return encoded


def _unavailable(message: str) -> bytes:
    return model_protobuf.encode_piece(PieceAnswer(status=PieceStatus.UNAVAILABLE, message=message))
