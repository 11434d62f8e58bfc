"""The topics on which an edge node gives its answers."""

import array
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rclpy.node import Node
from sensor_msgs.msg import CompressedImage, Image

from laecips_edge.core.bundle.manifest import Manifest
from laecips_edge.core.image.image_messages import encode_jpeg, image_fields
from laecips_edge.core.image.overlay import Overlay
from laecips_edge.ros import qos
from laecips_msgs.msg import Segmentation

OVERLAY_JPEG_QUALITY = 85


class Publishers:
    """Publishers of label maps, confidence, segmentation, overlay and label info.

    Args:
        node: Its private names carry the topics.
        manifest: Of the bundle: classes and palette.
    """

    def __init__(self, node: Node, manifest: Manifest) -> None:
        self._node = node
        self._painter = Overlay(manifest.palette)
        reliable = qos.reliable()
        self._label_map = node.create_publisher(Image, "~/label_map", reliable)
        self._label_map_now = node.create_publisher(Image, "~/label_map_now", reliable)
        self._confidence_map = node.create_publisher(Image, "~/confidence_map", reliable)
        self._segmentation = node.create_publisher(Segmentation, "~/segmentation", reliable)
        self._overlay = node.create_publisher(Image, "~/overlay", reliable)
        self._overlay_compressed = node.create_publisher(
            CompressedImage, "~/overlay/compressed", reliable
        )
        self._publishers = [
            self._label_map,
            self._label_map_now,
            self._confidence_map,
            self._segmentation,
            self._overlay,
            self._overlay_compressed,
        ]
        label_info = _label_info(node, manifest)
        if label_info is not None:
            publisher = node.create_publisher(type(label_info), "~/label_info", qos.latched())
            publisher.publish(label_info)
            self._publishers.append(publisher)

    def destroy(self) -> None:
        """Take the topics away; call it on the executor's thread."""
        for publisher in self._publishers:
            self._node.destroy_publisher(publisher)

    def label_map_now(self, header: Any, label_map: NDArray[np.uint8]) -> None:
        """Publish f's answer, uint8 [H,W]."""
        self._label_map_now.publish(Image(header=header, **image_fields(label_map, "mono8")))

    def answer(
        self,
        header: Any,
        rgb: NDArray[np.uint8],
        label_map: NDArray[np.uint8],
        confidence_map: NDArray[np.uint8],
    ) -> None:
        """Publish the final maps of a frame, uint8 [H,W], and its overlay where anybody looks."""
        self._label_map.publish(Image(header=header, **image_fields(label_map, "mono8")))
        self._confidence_map.publish(Image(header=header, **image_fields(confidence_map, "mono8")))
        raw = self._overlay.get_subscription_count() > 0
        compressed = self._overlay_compressed.get_subscription_count() > 0
        if not (raw or compressed):
            return
        painted = self._painter.paint(rgb, label_map)
        if raw:
            self._overlay.publish(Image(header=header, **image_fields(painted, "rgb8")))
        if compressed:
            data = array.array("B", encode_jpeg(painted, OVERLAY_JPEG_QUALITY))
            # The format as image_transport writes it: pixels, codec, pixels in the file.
            self._overlay_compressed.publish(
                CompressedImage(header=header, format="rgb8; jpeg compressed bgr8", data=data)
            )

    def segmentation(self, message: Segmentation) -> None:
        """Publish how a frame was answered."""
        self._segmentation.publish(message)


def _label_info(node: Node, manifest: Manifest) -> Any:
    """vision_msgs/LabelInfo of the bundle's classes; None where vision_msgs is not installed."""
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
