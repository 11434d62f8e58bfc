"""Between the messages of `segment_hard_frame` and the request and answer of the core."""

from __future__ import annotations

from array import array

from sensor_msgs.msg import CompressedImage
from std_msgs.msg import Header

from laecips_edge.core.image.image_messages import nanoseconds
from laecips_edge.core.link.hard_frame import HardFrameAnswer, HardFrameRequest
from laecips_msgs.srv import SegmentHardFrame


def frame_of(request: SegmentHardFrame.Request) -> HardFrameRequest:
    """The hard frame of a request; whatever `why` is not HARD counts as an audit."""
    return HardFrameRequest(
        request_id=request.request_id,
        robot=request.robot,
        stamp_ns=nanoseconds(request.header.stamp),
        picture=bytes(request.image.data),
        picture_format=request.image.format,
        depth=bytes(request.depth.data),
        bundle_version=request.bundle_version,
        classes_hash=request.classes_hash,
        why="hard" if request.why == SegmentHardFrame.Request.HARD else "audit",
        trust=request.confidence,
        scores=bytes(request.scores),
        deadline_s=request.deadline_s,
    )


def fill(
    response: SegmentHardFrame.Response, answer: HardFrameAnswer, header: Header
) -> SegmentHardFrame.Response:
    """Fills a response with an answer; both maps get the header of the picture."""
    response.status = int(answer.status)
    response.message = answer.message
    response.label_map = _png(answer.label_map, header)
    response.confidence_map = _png(answer.confidence_map, header)
    response.bundle_version = answer.bundle_version
    response.decode_ms = answer.times.decode
    response.scores_ms = answer.times.scores
    response.masks_ms = answer.times.masks
    response.fusion_ms = answer.times.fusion
    response.store_ms = answer.times.store
    response.wait_ms = answer.times.wait
    return response


def _png(data: bytes, header: Header) -> CompressedImage:
    # rclpy takes an array.array for uint8[] without looking at each element.
    return CompressedImage(header=header, format="mono8; png compressed", data=array("B", data))
