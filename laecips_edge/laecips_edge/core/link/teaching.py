"""Frames sent for teaching after they were answered: in pieces, so that a hard frame can pass.

A frame is a serialised request. Its pieces may arrive in any order, and more than once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import laecips_edge.core.link.laecips_bridge_pb2 as pb
from laecips_edge.core.link.model_protobuf import MAX_PIECE
from laecips_edge.core.link.protobuf import (
    MAX_MESSAGE,
    MAX_REQUEST,
    MAX_SMALL,
    MAX_TEXT,
    bounded,
    parse,
)
from laecips_edge.core.link.wire_error import WireError


class TeachStatus(IntEnum):
    """How a piece was received; the values of `FramePieceAnswer.status`."""

    STORED = 0
    MORE = 1
    LATER = 2
    REFUSED = 3


@dataclass(frozen=True, kw_only=True)
class FramePiece:
    """A piece of a frame.

    Attributes:
        request_id: id of the frame's request.
        size: bytes of the whole frame.
        offset: offset of the first byte, a multiple of `MAX_PIECE`.
        data: `MAX_PIECE` bytes, or what is left of the frame.
    """

    request_id: str
    size: int
    offset: int
    data: bytes


@dataclass(frozen=True, kw_only=True)
class FramePieceAnswer:
    """The answer to a piece.

    Attributes:
        status: STORED: the cloud has stored the frame; MORE: others are missing; LATER: the frame
            cannot be taken now, send it again; REFUSED: do not send it again.
        message: one line: what, where and what to do; empty for STORED and MORE.
    """

    status: TeachStatus
    message: str = ""


MORE: Final = FramePieceAnswer(status=TeachStatus.MORE)


def pieces(request_id: str, data: bytes) -> Iterator[FramePiece]:
    """Cut a frame into pieces."""
    for offset in range(0, len(data), MAX_PIECE):
        part = data[offset : offset + MAX_PIECE]
        yield FramePiece(request_id=request_id, size=len(data), offset=offset, data=part)


class Assembly:
    """Puts the pieces of one frame together.

    Args:
        size: bytes of the whole frame.
    """

    def __init__(self, size: int) -> None:
        self._data = bytearray(size)
        self._missing = set(range(0, size, MAX_PIECE))

    @property
    def size(self) -> int:
        """Bytes of the whole frame."""
        return len(self._data)

    def add(self, piece: FramePiece) -> bytes | None:
        """Add a piece; return the frame if this piece completes it, else None."""
        new = piece.offset in self._missing
        self._missing.discard(piece.offset)
        self._data[piece.offset : piece.offset + len(piece.data)] = piece.data
        return bytes(self._data) if new and not self._missing else None


def encode_frame_piece(piece: FramePiece) -> bytes:
    """Return a serialised piece; WireError if a part is out of bounds."""
    _check(piece)
    return bytes(pb.FramePiece(**vars(piece)).SerializeToString())


def decode_frame_piece(data: bytes) -> FramePiece:
    """Return the piece in a message; WireError if it is none, or out of bounds."""
    message = parse(pb.FramePiece, data, MAX_PIECE + MAX_SMALL)
    piece = FramePiece(
        request_id=message.request_id,
        size=message.size,
        offset=message.offset,
        data=message.data,
    )
    _check(piece)
    return piece


def encode_piece_answer(answer: FramePieceAnswer) -> bytes:
    """Return a serialised answer; a message that is too long is cut."""
    message = answer.message[:MAX_MESSAGE]
    return bytes(
        pb.FramePieceAnswer(status=int(answer.status), message=message).SerializeToString()
    )


def decode_piece_answer(data: bytes) -> FramePieceAnswer:
    """Return the answer in a message; WireError if it is none; an unknown status is LATER."""
    message = parse(pb.FramePieceAnswer, data, MAX_SMALL)
    known = message.status in set(TeachStatus)
    return FramePieceAnswer(
        status=TeachStatus(message.status) if known else TeachStatus.LATER,
        message=bounded("message", message.message, MAX_MESSAGE),
    )


def _check(piece: FramePiece) -> None:
    bounded("request_id", piece.request_id, MAX_TEXT)
    if not 0 < piece.size <= MAX_REQUEST:
        raise WireError(f"size: {piece.size} is not within 1 to {MAX_REQUEST}")
    length = min(MAX_PIECE, piece.size - piece.offset)
    if piece.offset % MAX_PIECE or length <= 0 or len(piece.data) != length:
        raise WireError(
            f"piece: {len(piece.data)} bytes at {piece.offset} of {piece.size}; cut a frame into "
            f"pieces of {MAX_PIECE}"
        )
