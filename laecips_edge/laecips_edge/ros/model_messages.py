"""Between the messages of `get_model` and `model_update` and the core's dataclasses."""

from __future__ import annotations

from array import array

from laecips_edge.core.image.image_messages import nanoseconds
from laecips_edge.core.link.model_pieces import Announcement, PieceAnswer, PieceRequest
from laecips_edge.ros.headers import header_of
from laecips_msgs.msg import ModelUpdate
from laecips_msgs.srv import GetModel

_SAME = ("name", "version", "parent", "classes_hash", "manifest_sha256", "bytes", "ordered")


def piece_request_message(request: PieceRequest) -> GetModel.Request:
    """Return the message of a request."""
    return GetModel.Request(
        version=request.version, file=request.file, offset=request.offset, length=request.length
    )


def piece_request_of(message: GetModel.Request) -> PieceRequest:
    """Return the request of a message."""
    return PieceRequest(
        version=message.version, file=message.file, offset=message.offset, length=message.length
    )


def piece_message(message: GetModel.Response, answer: PieceAnswer) -> GetModel.Response:
    """Fill the message of an answer."""
    message.status = answer.status
    message.message = answer.message
    message.size = answer.size
    message.data = array("B", answer.data)
    return message


def piece_of(message: GetModel.Response) -> PieceAnswer:
    """Return the answer of a message."""
    return PieceAnswer(
        status=message.status,
        message=message.message,
        size=message.size,
        data=bytes(message.data),
    )


def announcement_message(announcement: Announcement) -> ModelUpdate:
    """Return the message of an announcement."""
    return ModelUpdate(
        header=header_of(announcement.stamp_ns, ""),
        **{name: getattr(announcement, name) for name in _SAME},
    )


def announcement_of(message: ModelUpdate) -> Announcement:
    """Return the announcement of a message."""
    return Announcement(
        stamp_ns=nanoseconds(message.header.stamp),
        **{name: getattr(message, name) for name in _SAME},
    )
