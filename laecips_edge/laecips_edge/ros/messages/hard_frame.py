"""Convert the messages of `segment_hard_frame` from and to the core's request and answer."""

from __future__ import annotations

from array import array

from sensor_msgs.msg import CompressedImage
from std_msgs.msg import Header

from laecips_edge.core.image.map_codings import coding_of
from laecips_edge.core.image.stamps import nanoseconds
from laecips_edge.core.link.hard_frame import (
    AnswerStatus,
    HardFrameAnswer,
    HardFrameRequest,
    StageTimes,
)
from laecips_edge.ros.messages.headers import header_of
from laecips_msgs.srv import SegmentHardFrame


def request_message(request: HardFrameRequest) -> SegmentHardFrame.Request:
    """Return the message of a request."""
    header = header_of(request.stamp_ns, request.frame_id)
    return SegmentHardFrame.Request(
        request_id=request.request_id,
        robot=request.robot,
        header=header,
        image=_file(request.picture, request.picture_format, header),
        depth=_file(request.depth, "png" if request.depth else "", header),
        bundle_version=request.bundle_version,
        classes_hash=request.classes_hash,
        why=(
            SegmentHardFrame.Request.HARD
            if request.why == "hard"
            else SegmentHardFrame.Request.AUDIT
        ),
        confidence=request.trust,
        scores=array("B", request.scores),
        deadline_s=request.deadline_s,
        thumbnail=array("B", request.thumbnail),
        blanked=array("B", request.blanked),
    )


def request_of(message: SegmentHardFrame.Request) -> HardFrameRequest:
    """Return the request of a message; any `why` other than HARD counts as an audit."""
    return HardFrameRequest(
        request_id=message.request_id,
        robot=message.robot,
        stamp_ns=nanoseconds(message.header.stamp),
        frame_id=message.header.frame_id,
        picture=bytes(message.image.data),
        picture_format=message.image.format,
        depth=bytes(message.depth.data),
        bundle_version=message.bundle_version,
        classes_hash=message.classes_hash,
        why="hard" if message.why == SegmentHardFrame.Request.HARD else "audit",
        trust=message.confidence,
        scores=bytes(message.scores),
        deadline_s=message.deadline_s,
        thumbnail=bytes(message.thumbnail),
        blanked=bytes(message.blanked),
    )


def answer_message(
    message: SegmentHardFrame.Response, answer: HardFrameAnswer, header: Header
) -> SegmentHardFrame.Response:
    """Fill the message of an answer; both maps get the header of the picture."""
    message.status = int(answer.status)
    message.message = answer.message
    message.label_map = _file(answer.label_map, _format_of(answer.label_map), header)
    message.confidence_map = _file(answer.confidence_map, _format_of(answer.confidence_map), header)
    message.bundle_version = answer.bundle_version
    message.decode_ms = answer.times.decode
    message.scores_ms = answer.times.scores
    message.masks_ms = answer.times.masks
    message.fusion_ms = answer.times.fusion
    message.store_ms = answer.times.store
    message.wait_ms = answer.times.wait
    return message


def answer_of(message: SegmentHardFrame.Response) -> HardFrameAnswer:
    """Return the answer of a message; an unknown status counts as UNAVAILABLE."""
    known = message.status in set(AnswerStatus)
    return HardFrameAnswer(
        status=AnswerStatus(message.status) if known else AnswerStatus.UNAVAILABLE,
        message=message.message if known else f"unknown status {message.status}: {message.message}",
        label_map=bytes(message.label_map.data),
        confidence_map=bytes(message.confidence_map.data),
        bundle_version=message.bundle_version,
        times=StageTimes(
            decode=message.decode_ms,
            scores=message.scores_ms,
            masks=message.masks_ms,
            fusion=message.fusion_ms,
            store=message.store_ms,
            wait=message.wait_ms,
        ),
    )


def _format_of(coded: bytes) -> str:
    return f"mono8; {coding_of(coded)}" if coded else ""


def _file(data: bytes, kind: str, header: Header) -> CompressedImage:
    # rclpy takes an array.array for uint8[] without checking each element.
    return CompressedImage(header=header, format=kind, data=array("B", data))
