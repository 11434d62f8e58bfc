"""Conversion between protobuf messages of model updates and the core's dataclasses, bounded."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Final

import laecips_edge.core.link.laecips_bridge_pb2 as pb
from laecips_edge.core.link.model_update import (
    ModelOffer,
    PieceAnswer,
    PieceRequest,
    PieceStatus,
    RobotReport,
    UpdateOutcome,
    UpdateReport,
)
from laecips_edge.core.link.protobuf import (
    MAX_MESSAGE,
    MAX_SMALL,
    MAX_TEXT,
    bounded,
    check_stamp,
    in_range,
    parse,
)
from laecips_edge.core.link.wire_error import WireError
from laecips_edge.core.signing import signature

MAX_PIECE: Final = 16 << 10
"""Most bytes of a piece: a frame waits behind one for 33 ms at 4 Mbit/s."""

_TEXTS: Final = {
    "name": MAX_TEXT,
    "classes_hash": MAX_TEXT,
    "manifest_sha256": MAX_TEXT,
    "signature": signature.MOST_BYTES,
}
_OUTCOMES: Final = tuple(UpdateOutcome)
_FIGURES: Final = ("version", "running", "transfer_s", "bytes", "swap_ms", "frames_lost")


def encode_piece_request(request: PieceRequest) -> bytes:
    """Return a serialised request; WireError if a part is too large."""
    bounded("file", request.file, MAX_TEXT)
    return bytes(pb.ModelPieceRequest(**asdict(request)).SerializeToString())


def decode_piece_request(data: bytes) -> PieceRequest:
    """Return the request in a message; WireError if it is none, or out of bounds."""
    message = parse(pb.ModelPieceRequest, data, MAX_SMALL)
    bounded("file", message.file, MAX_TEXT)
    return PieceRequest(
        version=message.version,
        file=message.file,
        offset=message.offset,
        length=min(message.length, MAX_PIECE),
    )


def encode_piece(answer: PieceAnswer) -> bytes:
    """Return a serialised piece; WireError if it is too large."""
    bounded("data", answer.data, MAX_PIECE)
    return bytes(
        pb.ModelPiece(
            status=int(answer.status),
            message=answer.message[:MAX_MESSAGE],
            size=answer.size,
            data=answer.data,
        ).SerializeToString()
    )


def decode_piece(data: bytes) -> PieceAnswer:
    """Return the piece in a message; WireError if it is none, or out of bounds."""
    message = parse(pb.ModelPiece, data, MAX_PIECE + MAX_SMALL)
    bounded("data", message.data, MAX_PIECE)
    return PieceAnswer(
        status=_status(message.status),
        message=bounded("message", message.message, MAX_MESSAGE),
        size=message.size,
        data=message.data,
    )


def encode_offer(offer: ModelOffer | None) -> bytes:
    """Return a serialised offer; None stands for no offer."""
    if offer is None:
        return b""
    for name, most in _TEXTS.items():
        bounded(name, getattr(offer, name), most)
    return bytes(pb.ModelUpdate(**asdict(offer)).SerializeToString())


def decode_offer(data: bytes) -> ModelOffer | None:
    """Return the offer in a message, None for no offer; WireError if invalid or out of bounds."""
    message = parse(pb.ModelUpdate, data, MAX_SMALL)
    if not message.version:
        return None
    return ModelOffer(
        version=message.version,
        parent=message.parent,
        bytes=message.bytes,
        ordered=message.ordered,
        **{name: bounded(name, getattr(message, name), most) for name, most in _TEXTS.items()},
    )


def encode_report(report: RobotReport) -> bytes:
    """Return a serialised report; cut a reason that is too long.

    Raises:
        WireError: the robot's name is too long, or the stamp is out of bounds.
    """
    inner = report.report
    message = pb.ModelReport(
        robot=report.robot,
        stamp_ns=report.stamp_ns,
        outcome=_OUTCOMES.index(inner.outcome),
        reason=inner.reason[:MAX_MESSAGE],
        **{name: getattr(inner, name) for name in _FIGURES},
    )
    _check_report(message)
    return bytes(message.SerializeToString())


def decode_report(data: bytes) -> RobotReport:
    """Return the report in a message; WireError if it is none, or a part is out of bounds."""
    message = parse(pb.ModelReport, data, 4 * MAX_MESSAGE + MAX_SMALL)
    _check_report(message)
    return RobotReport(
        robot=message.robot,
        stamp_ns=message.stamp_ns,
        report=UpdateReport(
            outcome=_OUTCOMES[message.outcome],
            reason=message.reason,
            **{name: getattr(message, name) for name in _FIGURES},
        ),
    )


def encode_receipt(refusal: str) -> bytes:
    """Return a serialised receipt: why the report must be sent again, or "" if it need not."""
    return bytes(pb.ModelReportReceipt(refusal=refusal[:MAX_MESSAGE]).SerializeToString())


def decode_receipt(data: bytes) -> str:
    """Return the refusal in a receipt; WireError if it is none, or out of bounds."""
    message = parse(pb.ModelReportReceipt, data, 4 * MAX_MESSAGE + MAX_SMALL)
    return bounded("refusal", message.refusal, MAX_MESSAGE)


def _check_report(message: pb.ModelReport) -> None:
    bounded("robot", message.robot, MAX_TEXT)
    bounded("reason", message.reason, MAX_MESSAGE)
    if message.outcome >= len(_OUTCOMES):
        raise WireError(f"outcome: {message.outcome} is not known: do both sides run one version?")
    check_stamp(message)
    in_range(message, ("transfer_s", "swap_ms"), math.inf)


def _status(value: int) -> PieceStatus:
    """Return a status; an unknown value counts as UNAVAILABLE."""
    return PieceStatus(value) if value in set(PieceStatus) else PieceStatus.UNAVAILABLE
