"""What travels between bridge and gateway: there and back, and what is refused."""

import math
from contextlib import suppress
from dataclasses import replace
from typing import Any

import laecips_edge.core.link.laecips_bridge_pb2 as pb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laecips_edge.core.link import protobuf
from laecips_edge.core.link.hard_frame import (
    AnswerStatus,
    HardFrameAnswer,
    HardFrameRequest,
    StageTimes,
)
from laecips_edge.core.link.protocol import OURS, Versions
from laecips_edge.core.link.wire_error import WireError

texts = st.text(max_size=protobuf.MAX_TEXT // 4)
blobs = st.binary(max_size=200)
uint32 = st.integers(0, 2**32 - 1)
milliseconds = st.floats(0, 1e6, width=32)

requests = st.builds(
    HardFrameRequest,
    request_id=st.text(min_size=1, max_size=protobuf.MAX_TEXT // 4),
    robot=texts,
    stamp_ns=st.integers(protobuf.STAMPS_NS[0], protobuf.STAMPS_NS[-1]),
    frame_id=texts,
    picture=blobs,
    picture_format=texts,
    depth=blobs,
    bundle_version=uint32,
    classes_hash=texts,
    why=st.sampled_from(["hard", "audit"]),
    trust=st.floats(0, 1, width=32),
    scores=blobs,
    blanked=blobs,
    deadline_s=st.floats(0, 512, width=32),
)
answers = st.builds(
    HardFrameAnswer,
    status=st.sampled_from([s for s in AnswerStatus if s is not AnswerStatus.SPOOLED]),
    message=st.text(max_size=protobuf.MAX_MESSAGE // 4),
    label_map=blobs,
    confidence_map=blobs,
    bundle_version=uint32,
    times=st.builds(
        StageTimes,
        **dict.fromkeys(("decode", "scores", "masks", "fusion", "store", "wait"), milliseconds),
    ),
    batch=uint32,
    repeated=st.booleans(),
)
REQUEST = HardFrameRequest(
    request_id="r1/1",
    robot="r1",
    stamp_ns=5,
    picture=b"p",
    picture_format="jpeg",
    depth=b"",
    bundle_version=1,
    classes_hash="c",
    why="hard",
    trust=0.5,
    scores=b"",
)


@given(request=requests)
def test_a_request_there_and_back(request: HardFrameRequest) -> None:
    assert protobuf.decode_request(protobuf.encode_request(request)) == request


@given(answer=answers)
def test_an_answer_there_and_back(answer: HardFrameAnswer) -> None:
    assert protobuf.decode_answer(protobuf.encode_answer(answer)) == answer


@given(oldest=st.integers(1, 9), more=st.integers(0, 9))
def test_a_greeting_there_and_back(oldest: int, more: int) -> None:
    versions = Versions(oldest=oldest, newest=oldest + more)
    assert protobuf.decode_greeting(protobuf.encode_greeting(versions)) == versions


@given(data=st.binary(max_size=500))
@pytest.mark.parametrize(
    "decode", [protobuf.decode_request, protobuf.decode_answer, protobuf.decode_greeting]
)
def test_junk_is_a_wire_error_or_a_message(decode: Any, data: bytes) -> None:
    with suppress(WireError):
        decode(data)


@given(request=requests, at=st.integers(0, 2000), byte=st.integers(0, 255))
def test_a_broken_request_is_a_wire_error_or_a_message(
    request: HardFrameRequest, at: int, byte: int
) -> None:
    data = bytearray(protobuf.encode_request(request))
    data[at % len(data)] = byte
    with suppress(WireError):
        protobuf.decode_request(bytes(data))


def test_a_trust_that_is_no_number_travels() -> None:
    back = protobuf.decode_request(protobuf.encode_request(replace(REQUEST, trust=float("nan"))))
    assert math.isnan(back.trust)


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({"picture": bytes(protobuf.MAX_PICTURE + 1)}, "picture: 8388609 bytes are more than"),
        ({"depth": bytes(protobuf.MAX_PICTURE + 1)}, "depth: 8388609 bytes are more than"),
        ({"scores": bytes(protobuf.MAX_SCORES + 1)}, "scores: 4194305 bytes are more than"),
        ({"blanked": bytes(protobuf.MAX_MAP + 1)}, "blanked: 3145729 bytes are more than"),
        ({"robot": "r" * 257}, "robot: 257 bytes are more than"),
        ({"request_id": ""}, "request_id: none"),
        ({"stamp_ns": 2**62}, "stamp_ns: 4611686018427387904 does not fit a ROS header"),
        ({"trust": 1.5}, "trust: 1.5 is not within 0 to 1"),
        ({"remaining_s": float("inf")}, "remaining_s: inf is not within"),
        ({"remaining_s": -1.0}, "remaining_s: -1 is not within"),
        ({"protocol": OURS.newest + 1}, f"request of protocol {OURS.newest + 1}, this side"),
        ({"protocol": 0}, "request of protocol 0, this side"),
    ],
)
def test_a_request_out_of_bounds(fields: dict[str, Any], line: str) -> None:
    message = pb.HardFrame(protocol=OURS.newest, request_id="r1/1")
    for name, value in fields.items():
        setattr(message, name, value)
    with pytest.raises(WireError, match=line):
        protobuf.decode_request(message.SerializeToString())


@pytest.mark.parametrize(
    ("message", "line"),
    [
        (pb.HardFrameAnswer(status=9), "status: 9 is not known"),
        (pb.HardFrameAnswer(label_map=bytes(protobuf.MAX_MAP + 1)), "label_map: 3145729 bytes"),
        (pb.HardFrameAnswer(message="m" * 1025), "message: 1025 bytes"),
        (pb.HardFrameAnswer(decode_ms=float("nan")), "decode_ms: nan is not within"),
    ],
)
def test_an_answer_out_of_bounds(message: Any, line: str) -> None:
    with pytest.raises(WireError, match=line):
        protobuf.decode_answer(message.SerializeToString())


def test_a_whole_message_is_bounded_before_it_is_read() -> None:
    with pytest.raises(WireError, match="Greeting: 4097 bytes are more than the 4096"):
        protobuf.decode_greeting(bytes(4097))


def test_what_cannot_arrive_is_not_sent() -> None:
    with pytest.raises(WireError, match="picture: "):
        protobuf.encode_request(replace(REQUEST, picture=bytes(protobuf.MAX_PICTURE + 1)))


def test_a_long_message_of_an_answer_is_cut() -> None:
    answer = HardFrameAnswer(status=AnswerStatus.UNAVAILABLE, message="é" * 5000)
    back = protobuf.decode_answer(protobuf.encode_answer(answer))
    assert back.message == "é" * protobuf.MAX_MESSAGE


def test_a_field_of_a_newer_peer_is_passed_over() -> None:
    data = protobuf.encode_request(REQUEST) + b"\xfa\x07\x03new"
    assert protobuf.decode_request(data) == REQUEST


def test_paths_of_calls() -> None:
    assert protobuf.method("SegmentHardFrame") == "/laecips.bridge.Bridge/SegmentHardFrame"
