"""Findings as vision_msgs/Detection2DArray, for tools that know no LAECIPS."""

from __future__ import annotations

import math
from typing import Any

from std_msgs.msg import Header

from laecips_edge.core.findings.finding import Finding, FrameFindings
from laecips_edge.core.findings.finding_tracker import FindingState


def detections_of(frame: FrameFindings, header: Header, messages: Any) -> Any:
    """Return the findings that a frame shows; those that it closes have no place in it.

    Args:
        frame: its findings.
        header: header of the message.
        messages: the module vision_msgs.msg (4.0 or later).

    Returns:
        vision_msgs/Detection2DArray: the id is the finding's, the class its name, the score its
        confidence, 0 where that is unknown.
    """
    shown = [it for it in frame.findings if it.state is not FindingState.CLOSED]
    return messages.Detection2DArray(
        header=header, detections=[_detection(it, header, messages) for it in shown]
    )


def _detection(finding: Finding, header: Header, messages: Any) -> Any:
    left, top, width, height = finding.box
    detection = messages.Detection2D(header=header, id=str(finding.id))
    detection.bbox.center.position.x = left + width / 2
    detection.bbox.center.position.y = top + height / 2
    detection.bbox.size_x, detection.bbox.size_y = float(width), float(height)
    result = messages.ObjectHypothesisWithPose()
    result.hypothesis.class_id = finding.class_name
    known = not math.isnan(finding.confidence)
    result.hypothesis.score = finding.confidence if known else 0.0
    detection.results = [result]
    return detection
