"""The topics on which an edge node publishes findings."""

from __future__ import annotations

import array
from collections.abc import Mapping
from typing import Any

from rclpy.node import Node
from sensor_msgs.msg import RegionOfInterest

from laecips_edge.core.findings.finding import SOURCES, FrameFindings
from laecips_edge.core.findings.finding import Finding as CoreFinding
from laecips_edge.core.findings.finding_tracker import FindingState
from laecips_edge.frame.detections import detections_of
from laecips_edge.frame.sub_node import SubNode
from laecips_edge.ros import qos
from laecips_edge.ros.messages.headers import header_of, time_of
from laecips_msgs.msg import Finding, FindingArray

STATES = {
    FindingState.OPENED: Finding.OPENED,
    FindingState.SEEN: Finding.SEEN,
    FindingState.CLOSED: Finding.CLOSED,
}
"""State in laecips_msgs/Finding."""


class FindingTopics:
    """Publishers of findings, and of detections where vision_msgs is installed.

    Args:
        node: The node, or a part of it; the topics are in its private namespace.
        labels: Names of the classes whose regions are findings, by index.
    """

    def __init__(self, node: Node | SubNode, labels: Mapping[int, str]) -> None:
        self.labels = labels
        self._node = node
        self._findings = node.create_publisher(FindingArray, "~/findings", qos.reliable())
        self._messages = _vision_messages()
        self._detections = None
        if self._messages is not None:
            kind = self._messages.Detection2DArray
            self._detections = node.create_publisher(kind, "~/detections", qos.reliable())

    def destroy(self) -> None:
        """Destroy the topics; call it on the executor's thread."""
        self._node.destroy_publisher(self._findings)
        if self._detections is not None:
            self._node.destroy_publisher(self._detections)

    def publish(self, frame: FrameFindings) -> None:
        """Publish the findings of a frame."""
        message = message_of(frame)
        if self._detections is not None:
            self._detections.publish(detections_of(frame, message.header, self._messages))
        self._findings.publish(message)


def message_of(frame: FrameFindings) -> FindingArray:
    """Return the findings of a frame as laecips_msgs/FindingArray."""
    height, width = frame.picture
    return FindingArray(
        header=header_of(frame.stamp_ns, frame.frame_id),
        height=height,
        width=width,
        findings=[_message(finding) for finding in frame.findings],
        left_out=frame.left_out,
    )


def _message(finding: CoreFinding) -> Finding:
    left, top, width, height = finding.box
    size = finding.size
    return Finding(
        id=finding.id,
        state=STATES[finding.state],
        class_name=finding.class_name,
        label=finding.label,
        area=finding.area,
        share=finding.share,
        box=RegionOfInterest(x_offset=left, y_offset=top, width=width, height=height),
        contour=array.array("H", [side for corner in finding.contour for side in corner]),
        confidence=finding.confidence,
        width_mm=size.width_mm,
        height_mm=size.height_mm,
        area_mm2=size.area_mm2,
        distance_mm=size.distance_mm,
        trust=finding.trust,
        source=SOURCES.index(finding.source),
        bundle_version=finding.version,
        stamp=time_of(finding.stamp_ns),
        first_seen=time_of(finding.first_seen_ns),
        last_seen=time_of(finding.last_seen_ns),
        sightings=finding.sightings,
    )


def _vision_messages() -> Any:
    """Return the module vision_msgs.msg; None if it is missing."""
    try:
        from vision_msgs import msg  # noqa: PLC0415 (comes with some ROS)
    except ImportError:
        return None
    return msg
