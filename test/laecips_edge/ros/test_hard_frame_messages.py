"""Requests and answers as messages."""

from array import array

import pytest
from laecips_edge.core.link.hard_frame import (
    AnswerStatus,
    HardFrameAnswer,
    HardFrameRequest,
    StageTimes,
)
from laecips_edge.ros.hard_frame_messages import fill, frame_of
from sensor_msgs.msg import CompressedImage
from std_msgs.msg import Header

from laecips_msgs.srv import SegmentHardFrame


def test_a_request_becomes_a_frame() -> None:
    header = Header(frame_id="camera")
    header.stamp.sec, header.stamp.nanosec = 3, 7
    request = SegmentHardFrame.Request(
        request_id="robot/1",
        robot="robot",
        header=header,
        image=CompressedImage(format="jpeg", data=array("B", b"picture")),
        bundle_version=4,
        classes_hash="0123456789abcdef",
        why=SegmentHardFrame.Request.AUDIT,
        confidence=0.5,
        scores=array("B", b"scores"),
        deadline_s=2.5,
    )
    assert frame_of(request) == HardFrameRequest(
        request_id="robot/1",
        robot="robot",
        stamp_ns=3_000_000_007,
        picture=b"picture",
        picture_format="jpeg",
        depth=b"",
        bundle_version=4,
        classes_hash="0123456789abcdef",
        why="audit",
        trust=0.5,
        scores=b"scores",
        deadline_s=2.5,
    )


def test_an_answer_becomes_a_response() -> None:
    header = Header(frame_id="camera")
    answer = HardFrameAnswer(
        status=AnswerStatus.OK,
        label_map=b"labels",
        confidence_map=b"sure",
        bundle_version=4,
        times=StageTimes(decode=1, scores=2, masks=3, fusion=4, store=5, wait=6),
    )
    response = fill(SegmentHardFrame.Response(), answer, header)
    assert response.status == SegmentHardFrame.Response.OK
    assert bytes(response.label_map.data) == b"labels"
    assert bytes(response.confidence_map.data) == b"sure"
    assert response.label_map.header == response.confidence_map.header == header
    assert response.bundle_version == 4
    stages = ("decode", "scores", "masks", "fusion", "store", "wait")
    assert [getattr(response, f"{stage}_ms") for stage in stages] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("status", list(AnswerStatus))
def test_statuses_are_those_of_the_service(status: AnswerStatus) -> None:
    assert status == getattr(SegmentHardFrame.Response, status.name)
