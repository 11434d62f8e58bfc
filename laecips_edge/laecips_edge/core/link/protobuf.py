"""Conversion between the bridge's protobuf messages and the core's dataclasses.

Every size is checked before anything is decoded: first the message's, then each field's, so that a
picture that is too large is never decoded. The build makes `laecips_bridge_pb2` from proto/; by
hand: `python -m grpc_tools.protoc -I proto --python_out laecips_edge/core/link proto/*.proto`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar

from google.protobuf.message import DecodeError

import laecips_edge.core.link.laecips_bridge_pb2 as pb
from laecips_edge.core.link.hard_frame import (
    AnswerStatus,
    HardFrameAnswer,
    HardFrameRequest,
    StageTimes,
)
from laecips_edge.core.link.protocol import OURS, Versions
from laecips_edge.core.link.wire_error import WireError

SERVICE: Final = f"/{pb.DESCRIPTOR.services_by_name['Bridge'].full_name}"

MAX_REQUEST: Final = 16 << 20
MAX_ANSWER: Final = 8 << 20
MAX_SMALL: Final = 4096
"""Most bytes of a request for a hard frame, of its answer, and of a message without pictures."""

MAX_PICTURE: Final = 8 << 20
MAX_SCORES: Final = 4 << 20
MAX_MAP: Final = 3 << 20
MAX_TEXT: Final = 256
MAX_MESSAGE: Final = 1024
MAX_DEADLINE_S: Final = 600.0

_ACROSS: Final = frozenset(AnswerStatus) - {AnswerStatus.SPOOLED}
"""Statuses of a cloud's answer; only a bridge says SPOOLED, to its own robot."""
STAMPS_NS: Final = range(-(2**31) * 10**9, 2**31 * 10**9)
"""Stamps that a ROS header holds: its seconds are a signed number of 32 bits."""

_TIMES: Final = ("decode", "scores", "masks", "fusion", "store", "wait")

Decoded = TypeVar("Decoded")


def method(name: str) -> str:
    """Return the gRPC path of a method, such as `/laecips.bridge.Bridge/Greet`."""
    return f"{SERVICE}/{pb.DESCRIPTOR.services_by_name['Bridge'].methods_by_name[name].name}"


def encode_greeting(versions: Versions = OURS, *, software: str = "laecips") -> bytes:
    """Return a serialised greeting."""
    return bytes(
        pb.Greeting(
            oldest=versions.oldest, newest=versions.newest, software=software
        ).SerializeToString()
    )


def decode_greeting(data: bytes) -> Versions:
    """Return the protocol versions of the other side.

    Raises:
        WireError: `data` is no greeting.
    """
    message = parse(pb.Greeting, data, MAX_SMALL)
    return Versions(oldest=message.oldest, newest=message.newest)


def encode_request(request: HardFrameRequest, *, protocol: int = OURS.newest) -> bytes:
    """Return a serialised request; it carries `deadline_s` as the remaining time.

    Raises:
        WireError: a part is larger than the other side accepts.
    """
    message = pb.HardFrame(
        protocol=protocol,
        request_id=request.request_id,
        robot=request.robot,
        stamp_ns=request.stamp_ns,
        frame_id=request.frame_id,
        picture=request.picture,
        picture_format=request.picture_format,
        depth=request.depth,
        bundle_version=request.bundle_version,
        classes_hash=request.classes_hash,
        audit=request.why == "audit",
        trust=request.trust,
        scores=request.scores,
        remaining_s=request.deadline_s,
        blanked=request.blanked,
    )
    _check_request(message)
    return bounded("request", bytes(message.SerializeToString()), MAX_REQUEST)


def decode_request(data: bytes) -> HardFrameRequest:
    """Return the request in a message.

    Raises:
        WireError: it is no request, has another protocol version, or a part is out of bounds.
    """
    message = parse(pb.HardFrame, data, MAX_REQUEST)
    if message.protocol not in OURS:
        raise WireError(
            f"request of protocol {message.protocol}, this side speaks {OURS}: update the older one"
        )
    _check_request(message)
    return HardFrameRequest(
        request_id=message.request_id,
        robot=message.robot,
        stamp_ns=message.stamp_ns,
        frame_id=message.frame_id,
        picture=message.picture,
        picture_format=message.picture_format,
        depth=message.depth,
        bundle_version=message.bundle_version,
        classes_hash=message.classes_hash,
        why="audit" if message.audit else "hard",
        trust=message.trust,
        scores=message.scores,
        deadline_s=message.remaining_s,
        blanked=message.blanked,
    )


def encode_answer(answer: HardFrameAnswer) -> bytes:
    """Return a serialised answer; cut a status message that is too long.

    Raises:
        WireError: a map is larger than the other side accepts.
    """
    message = pb.HardFrameAnswer(
        status=int(answer.status),
        message=answer.message[:MAX_MESSAGE],
        label_map=answer.label_map,
        confidence_map=answer.confidence_map,
        bundle_version=answer.bundle_version,
        batch=answer.batch,
        repeated=answer.repeated,
        **{f"{stage}_ms": getattr(answer.times, stage) for stage in _TIMES},
    )
    _check_answer(message)
    return bounded("answer", bytes(message.SerializeToString()), MAX_ANSWER)


def decode_answer(data: bytes) -> HardFrameAnswer:
    """Return the answer in a message.

    Raises:
        WireError: it is no answer, or a part is out of bounds.
    """
    message = parse(pb.HardFrameAnswer, data, MAX_ANSWER)
    _check_answer(message)
    return HardFrameAnswer(
        status=AnswerStatus(message.status),
        message=message.message,
        label_map=message.label_map,
        confidence_map=message.confidence_map,
        bundle_version=message.bundle_version,
        times=StageTimes(**{stage: getattr(message, f"{stage}_ms") for stage in _TIMES}),
        batch=message.batch,
        repeated=message.repeated,
    )


def parse(kind: Callable[[], Any], data: bytes, most: int) -> Any:
    """Return a message of a kind, parsed from at most `most` bytes; WireError if it is invalid."""
    message = kind()
    name = message.DESCRIPTOR.name
    bounded(name, data, most)
    try:
        message.ParseFromString(data)
    except (DecodeError, UnicodeDecodeError) as error:
        raise WireError(f"{name}: not such a message: do both sides run laecips?") from error
    # Drop unknown fields: a peer must not make us carry them.
    message.DiscardUnknownFields()
    return message


def _check_request(message: Any) -> None:
    for name in ("request_id", "robot", "frame_id", "picture_format", "classes_hash"):
        bounded(name, getattr(message, name), MAX_TEXT)
    for name, most in (
        ("picture", MAX_PICTURE),
        ("depth", MAX_PICTURE),
        ("scores", MAX_SCORES),
        ("blanked", MAX_MAP),
    ):
        bounded(name, getattr(message, name), most)
    if not message.request_id:
        raise WireError("request_id: none; send one that is unique a frame")
    if not math.isnan(message.trust):  # a hard frame may have a trust of nan
        in_range(message, ("trust",), 1.0)
    check_stamp(message)
    in_range(message, ("remaining_s",), MAX_DEADLINE_S)


def _check_answer(message: Any) -> None:
    if message.status not in _ACROSS:
        raise WireError(f"status: {message.status} is not known: do both sides run one version?")
    bounded("message", message.message, MAX_MESSAGE)
    for name in ("label_map", "confidence_map"):
        bounded(name, getattr(message, name), MAX_MAP)
    in_range(message, [f"{stage}_ms" for stage in _TIMES], math.inf)


def bounded(what: str, value: Decoded, most: int) -> Decoded:
    """Return bytes or text of at most `most` bytes or characters; WireError if it is longer."""
    size = len(value)  # type: ignore[arg-type]
    if size > most:
        raise WireError(f"{what}: {size} bytes are more than the {most} that may be")
    return value


def check_stamp(message: Any) -> None:
    """Raise WireError unless the `stamp_ns` of a message fits a ROS header."""
    if message.stamp_ns not in STAMPS_NS:
        raise WireError(f"stamp_ns: {message.stamp_ns} does not fit a ROS header: check the clock")


def in_range(message: Any, names: Iterable[str], most: float) -> None:
    """Raise WireError unless each named number of a message is finite and within 0 to `most`."""
    for name in names:
        value = getattr(message, name)
        if not (math.isfinite(value) and 0 <= value <= most):
            raise WireError(f"{name}: {value:g} is not within 0 to {most:g}")
