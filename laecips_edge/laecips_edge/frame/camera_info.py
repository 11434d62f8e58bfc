"""The camera's calibration beside the maps that were made from its pictures."""

from rclpy.node import Node
from sensor_msgs.msg import CameraInfo, RegionOfInterest
from std_msgs.msg import Header

from laecips_edge.core.image.camera_model import camera_model_at
from laecips_edge.frame.sub_node import SubNode
from laecips_edge.ros import qos


class CameraInfoTopic:
    """Publishes `~/camera_info` for each frame, once the camera has told its own.

    Args:
        node: The node, or a part of it; the topic is in its private namespace.

    Attributes:
        heard: The camera's own calibration; None until it has told one.
    """

    def __init__(self, node: Node | SubNode) -> None:
        self.heard: CameraInfo | None = None
        self._node = node
        self._publisher = node.create_publisher(CameraInfo, "~/camera_info", qos.reliable())

    def destroy(self) -> None:
        """Destroy the topic; call it on the executor's thread."""
        self._node.destroy_publisher(self._publisher)

    def hear(self, camera: CameraInfo) -> None:
        """Take the camera's calibration, which holds until it tells another."""
        self.heard = camera

    def publish(self, header: Header, size: tuple[int, int]) -> None:
        """Publish the calibration of a frame's maps; nothing if the camera has told none.

        Args:
            header: Header of the maps.
            size: Their rows and columns.
        """
        camera = self.heard
        if camera is None:
            return
        fields = camera_model_at(camera, size)
        fields["roi"] = RegionOfInterest(**fields["roi"])
        self._publisher.publish(CameraInfo(header=header, **fields))


def camera_info_topic(node: Node | SubNode, image_topic: str) -> str:
    """Return the name of the topic with the calibration of the camera of an image topic.

    ROS has it beside the images; a remapping of `camera_info` wins.

    Args:
        node: The node that subscribes, or a part of it.
        image_topic: Resolved base topic of the images, without a transport.
    """
    asked = node.resolve_topic_name("camera_info")
    if asked != node.resolve_topic_name("camera_info", only_expand=True):
        return asked
    space, _, _ = image_topic.rpartition("/")
    return node.resolve_topic_name(f"{space}/camera_info")
