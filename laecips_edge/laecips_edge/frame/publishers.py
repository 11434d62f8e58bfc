"""The topics on which an edge node publishes its answers."""

import array
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rclpy.node import Node
from rclpy.publisher import Publisher
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import Header

from laecips_edge.core.bundle.manifest import Manifest
from laecips_edge.core.frame.counters import FrameOutcome
from laecips_edge.core.frame.frame import FrameAnswer, SeenFrame
from laecips_edge.core.image.fitting import fit
from laecips_edge.core.image.image_messages import encode_jpeg
from laecips_edge.core.image.overlay import Overlay
from laecips_edge.frame.camera_info import CameraInfoTopic
from laecips_edge.frame.sub_node import SubNode
from laecips_edge.ros import qos
from laecips_edge.ros.messages.headers import header_of
from laecips_edge.ros.messages.image import image_message
from laecips_msgs.msg import Segmentation

OVERLAY_JPEG_QUALITY = 85

MEANINGS = {
    FrameOutcome.EDGE: (Segmentation.EDGE, Segmentation.NONE),
    FrameOutcome.CLOUD: (Segmentation.CLOUD, Segmentation.NONE),
    FrameOutcome.FALLBACK_OVERLOAD: (Segmentation.EDGE_FALLBACK, Segmentation.OVERLOAD),
    FrameOutcome.FALLBACK_DEADLINE: (Segmentation.EDGE_FALLBACK, Segmentation.DEADLINE),
    FrameOutcome.FALLBACK_OFFLINE: (Segmentation.EDGE_FALLBACK, Segmentation.OFFLINE),
}
"""Source and reason in laecips_msgs/Segmentation, by outcome."""


class Publishers:
    """Publishers of label maps, confidence maps, segmentation, overlay and label info.

    Attributes:
        camera_info: Publishes the camera's calibration beside the maps.

    Args:
        node: The node, or a part of it; the topics are in its private namespace.
        manifest: Manifest of the bundle, with classes and palette.
    """

    def __init__(self, node: Node | SubNode, manifest: Manifest) -> None:
        self._node = node
        self._painter = Overlay(manifest.palette)
        reliable = qos.reliable()
        self._label_map = node.create_publisher(Image, "~/label_map", reliable)
        self._label_map_now = node.create_publisher(Image, "~/label_map_now", reliable)
        self._confidence_map = node.create_publisher(Image, "~/confidence_map", reliable)
        self._confidence_map_now = node.create_publisher(Image, "~/confidence_map_now", reliable)
        self._label_map_color = node.create_publisher(Image, "~/label_map_color", reliable)
        self._segmentation = node.create_publisher(Segmentation, "~/segmentation", reliable)
        self._overlay = node.create_publisher(Image, "~/overlay", reliable)
        self._overlay_compressed = node.create_publisher(
            CompressedImage, "~/overlay/compressed", reliable
        )
        self._publishers = [
            self._label_map,
            self._label_map_now,
            self._confidence_map,
            self._confidence_map_now,
            self._label_map_color,
            self._segmentation,
            self._overlay,
            self._overlay_compressed,
        ]
        self.camera_info = CameraInfoTopic(node)
        label_info = _label_info(node, manifest)
        if label_info is not None:
            publisher = node.create_publisher(type(label_info), "~/label_info", qos.latched())
            publisher.publish(label_info)
            self._publishers.append(publisher)

    def destroy(self) -> None:
        """Destroy the topics; call it on the executor's thread."""
        for publisher in self._publishers:
            self._node.destroy_publisher(publisher)
        self.camera_info.destroy()

    def answer_now(self, seen: SeenFrame) -> None:
        """Publish f's maps at once, before the frame has its final answer."""
        header = header_of(seen.frame.stamp_ns, seen.frame.frame_id)
        label_map = seen.prediction.label_map
        self.camera_info.publish(header, (label_map.shape[0], label_map.shape[1]))
        confidence_map = seen.prediction.confidence_map
        _publish(self._label_map_now, header, label_map, "mono8")
        _publish(self._confidence_map_now, header, confidence_map, "mono8")

    def answer(self, answer: FrameAnswer) -> None:
        """Publish the final answer to a frame, and its pictures if they are subscribed to."""
        seen = answer.seen
        header = header_of(seen.frame.stamp_ns, seen.frame.frame_id)
        _publish(self._label_map, header, answer.label_map, "mono8")
        _publish(self._confidence_map, header, answer.confidence_map, "mono8")
        self._paint(header, seen.rgb, answer.label_map)
        source, reason = MEANINGS[answer.outcome]
        # Last, so that a subscriber that receives it can expect the maps already.
        self._segmentation.publish(
            Segmentation(
                header=header,
                source=source,
                reason=reason,
                detail=answer.detail,
                confidence=seen.decision.trust,
                delta=seen.decision.delta,
                hard=seen.decision.hard,
                audit=seen.decision.audit,
                bundle_version=seen.manifest.version,
                latency_ms=1e3 * (time.monotonic() - seen.frame.received_s),
                sent_quality=answer.sent_quality,
                sent_scale=answer.sent_scale,
                bytes_up=answer.bytes_up,
                bytes_down=answer.bytes_down,
            )
        )

    def _paint(self, header: Header, rgb: NDArray[np.uint8], label_map: NDArray[np.uint8]) -> None:
        if _is_heard(self._label_map_color):
            colours = self._painter.colours(label_map)
            self._label_map_color.publish(image_message(header, colours, "rgb8"))
        raw, compressed = _is_heard(self._overlay), _is_heard(self._overlay_compressed)
        if not (raw or compressed):
            return
        size = (label_map.shape[0], label_map.shape[1])
        painted = self._painter.paint(fit(rgb, size), label_map)
        if raw:
            self._overlay.publish(image_message(header, painted, "rgb8"))
        if compressed:
            data = array.array("B", encode_jpeg(painted, OVERLAY_JPEG_QUALITY))
            # The format of image_transport: encoding, codec, encoding in the file.
            self._overlay_compressed.publish(
                CompressedImage(header=header, format="rgb8; jpeg compressed bgr8", data=data)
            )


def _publish(
    publisher: Publisher, header: Header, pixels: NDArray[np.uint8], encoding: str
) -> None:
    """Publish a map, if anyone subscribes: a map of a large picture costs a millisecond."""
    if _is_heard(publisher):
        publisher.publish(image_message(header, pixels, encoding))


def _is_heard(publisher: Publisher) -> bool:
    """Return whether anyone subscribes: what nobody sees is not drawn."""
    return bool(publisher.get_subscription_count() > 0)


def _label_info(node: Node | SubNode, manifest: Manifest) -> Any:
    """Return vision_msgs/LabelInfo of the bundle's classes; None if vision_msgs is missing."""
    try:
        from vision_msgs.msg import LabelInfo, VisionClass  # noqa: PLC0415 (comes with some ROS)
    except ImportError:
        return None
    info = LabelInfo()
    info.header.stamp = node.get_clock().now().to_msg()
    info.class_map = [
        VisionClass(class_id=index, class_name=name) for index, name in enumerate(manifest.classes)
    ]
    return info
