"""Requests and answers as messages."""

from dataclasses import replace

import pytest
from laecips_edge.core.link.hard_frame import (
    AnswerStatus,
    HardFrameAnswer,
    HardFrameRequest,
    StageTimes,
)
from laecips_edge.ros.messages.hard_frame import (
    answer_message,
    answer_of,
    request_message,
    request_of,
)
from laecips_edge.ros.messages.headers import header_of

from laecips_msgs.srv import SegmentHardFrame

HEADER = header_of(3_000_000_007, "camera")

REQUEST = HardFrameRequest(
    request_id="robot/1",
    robot="robot",
    stamp_ns=3_000_000_007,
    frame_id="camera",
    picture=b"picture",
    picture_format="jpeg",
    depth=b"depth",
    bundle_version=4,
    classes_hash="0123456789abcdef",
    why="hard",
    trust=0.5,
    scores=b"scores",
    deadline_s=2.5,
    thumbnail=b"small",
    blanked=b"RUN1...",
)
ANSWER = HardFrameAnswer(
    status=AnswerStatus.OK,
    message="fine",
    label_map=b"RUN1...",
    confidence_map=b"CON1...",
    bundle_version=4,
    times=StageTimes(decode=1, scores=2, masks=3, fusion=4, store=5, wait=6),
)


@pytest.mark.parametrize(
    "request_",
    [REQUEST, replace(REQUEST, why="audit"), replace(REQUEST, depth=b"", scores=b"")],
    ids=["hard", "audit", "bare"],
)
def test_a_request_comes_across(request_: HardFrameRequest) -> None:
    message = request_message(request_)
    assert message.header == message.image.header == message.depth.header == HEADER
    assert message.depth.format == ("png" if request_.depth else "")
    assert request_of(message) == request_


def test_whatever_is_not_hard_is_an_audit() -> None:
    message = request_message(REQUEST)
    message.why = 9
    assert request_of(message).why == "audit"


def test_an_answer_comes_across() -> None:
    message = answer_message(SegmentHardFrame.Response(), ANSWER, HEADER)
    assert message.label_map.header == message.confidence_map.header == HEADER
    assert message.label_map.format == "mono8; run lengths"
    assert message.confidence_map.format == "mono8; confidence"
    stages = ("decode", "scores", "masks", "fusion", "store", "wait")
    assert [getattr(message, f"{stage}_ms") for stage in stages] == [1, 2, 3, 4, 5, 6]
    assert answer_of(message) == ANSWER


def test_an_unknown_status_is_no_answer() -> None:
    answer = answer_of(SegmentHardFrame.Response(status=77, message="new"))
    assert answer.status is AnswerStatus.UNAVAILABLE
    assert answer.message == "unknown status 77: new"


@pytest.mark.parametrize("status", list(AnswerStatus))
def test_statuses_are_those_of_the_service(status: AnswerStatus) -> None:
    assert status == getattr(SegmentHardFrame.Response, status.name)
