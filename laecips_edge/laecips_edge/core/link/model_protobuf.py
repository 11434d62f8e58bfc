"""Between the protobuf messages of model updates and the core's dataclasses, with bounds."""

from __future__ import annotations

from dataclasses import asdict
from typing import Final

import laecips_edge.core.link.laecips_bridge_pb2 as pb
from laecips_edge.core.link.model_pieces import Announcement, PieceAnswer, PieceRequest
from laecips_edge.core.link.protobuf import MAX_MESSAGE, MAX_SMALL, MAX_TEXT, bounded, parse

MAX_PIECE: Final = 16 << 10
"""Most bytes of a piece: a frame waits behind one for 33 ms at 4 Mbit/s."""

_TEXTS: Final = ("name", "classes_hash", "manifest_sha256")


def encode_piece_request(request: PieceRequest) -> bytes:
    """Return a request's bytes; WireError where a part is too large."""
    bounded("file", request.file, MAX_TEXT)
    return bytes(pb.ModelPieceRequest(**asdict(request)).SerializeToString())


def decode_piece_request(data: bytes) -> PieceRequest:
    """Return the request of a message; WireError where it is none, or out of bounds."""
    message = parse(pb.ModelPieceRequest, data, MAX_SMALL)
    bounded("file", message.file, MAX_TEXT)
    return PieceRequest(
        version=message.version,
        file=message.file,
        offset=message.offset,
        length=min(message.length, MAX_PIECE),
    )


def encode_piece(answer: PieceAnswer) -> bytes:
    """Return a piece's bytes; WireError where it is too large."""
    bounded("data", answer.data, MAX_PIECE)
    return bytes(
        pb.ModelPiece(
            status=answer.status,
            message=answer.message[:MAX_MESSAGE],
            size=answer.size,
            data=answer.data,
        ).SerializeToString()
    )


def decode_piece(data: bytes) -> PieceAnswer:
    """Return the piece of a message; WireError where it is none, or out of bounds."""
    message = parse(pb.ModelPiece, data, MAX_PIECE + MAX_SMALL)
    bounded("data", message.data, MAX_PIECE)
    return PieceAnswer(
        status=min(message.status, 255),  # uint8 to ROS
        message=bounded("message", message.message, MAX_MESSAGE),
        size=message.size,
        data=message.data,
    )


def encode_announcement(announcement: Announcement | None) -> bytes:
    """Return an announcement's bytes; None: there is none."""
    if announcement is None:
        return b""
    for name in _TEXTS:
        bounded(name, getattr(announcement, name), MAX_TEXT)
    return bytes(pb.ModelUpdate(**asdict(announcement)).SerializeToString())


def decode_announcement(data: bytes) -> Announcement | None:
    """Return the announcement of a message, None where there is none; WireError as before."""
    message = parse(pb.ModelUpdate, data, MAX_SMALL)
    if not message.version:
        return None
    return Announcement(
        stamp_ns=message.stamp_ns,
        version=message.version,
        parent=message.parent,
        bytes=message.bytes,
        ordered=message.ordered,
        **{name: bounded(name, getattr(message, name), MAX_TEXT) for name in _TEXTS},
    )
