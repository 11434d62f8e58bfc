"""The topics of one camera: its images in, its answers and its status out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rclpy.clock import Clock
from rclpy.node import Node
from sensor_msgs.msg import CameraInfo, CompressedImage, Image

from laecips_edge.core.bundle.manifest import Manifest
from laecips_edge.core.frame.health.health import EdgeHealth
from laecips_edge.core.frame.health.log_news import LossWatch, News, SilenceWatch
from laecips_edge.frame.camera_info import camera_info_topic
from laecips_edge.frame.camera_stream import CameraOutputs
from laecips_edge.frame.finding_topics import FindingTopics
from laecips_edge.frame.image_input import ImageInput
from laecips_edge.frame.node_status import Snapshot, StatusTopics
from laecips_edge.frame.pipeline import Pipeline
from laecips_edge.frame.publishers import Publishers
from laecips_edge.frame.sub_node import SubNode


class CameraChannel:
    """A camera of the node, from configuration to cleanup. All methods run on the executor.

    Args:
        node: the node.
        name: the camera's name; "" on a robot that names none. Then the node's status is its own.
        manifest: manifest of the bundle.
        labels: names of the classes whose regions are findings, by index; none: no findings.
        look: returns the status of this camera, by its name.
    """

    def __init__(
        self,
        node: Node,
        name: str,
        *,
        manifest: Manifest,
        labels: Mapping[int, str],
        look: Callable[[str], Snapshot],
    ) -> None:
        self.name = name
        self._part = part = SubNode(node, name)
        self.outputs = CameraOutputs(
            publishers=Publishers(part, manifest),
            findings=FindingTopics(part, labels) if labels else None,
        )
        self.status = StatusTopics(part, lambda: look(name)) if name else None
        self._node = node
        self._inputs: list[ImageInput] = []
        self._calibrations: ImageInput | None = None
        self._silence = SilenceWatch()
        self._loss = LossWatch()

    def subscribe(
        self,
        pipeline: Pipeline,
        *,
        compressed: bool,
        with_depth: bool,
        reliability: str,
        clock: Clock,
    ) -> None:
        """Hand the images to an active pipeline.

        Args:
            pipeline: the pipeline.
            compressed: take CompressedImage instead of Image.
            with_depth: take depth images too.
            reliability: see `ImageInput`.
            clock: see `ImageInput`.
        """
        self._inputs = [
            ImageInput(
                self._node,
                CompressedImage if compressed else Image,
                image_topic(self._node, self.name, compressed=compressed),
                lambda message: pipeline.receive(self.name, message),
                reliability=reliability,
                clock=clock,
                on_lost=pipeline.streams[self.name].images.lost,
            )
        ]
        if with_depth:
            self._inputs.append(
                ImageInput(
                    self._node,
                    Image,
                    self._part.resolve_topic_name("depth"),
                    lambda message: pipeline.receive_depth(self.name, message),
                    reliability=reliability,
                    clock=clock,
                )
            )
        self._calibrations = ImageInput(
            self._node,
            CameraInfo,
            camera_info_topic(self._part, self._part.resolve_topic_name("image")),
            self.outputs.publishers.camera_info.hear,
            reliability=reliability,
            clock=clock,
        )

    @property
    def listens_to(self) -> str:
        """The topics it listens to, for people."""
        return " and ".join(
            f"sensor_msgs/{each.kind.__name__} on {each.topic}" for each in self._inputs
        )

    @property
    def _subscriptions(self) -> list[ImageInput]:
        return self._inputs + ([self._calibrations] if self._calibrations is not None else [])

    def review(self) -> None:
        """Let the subscriptions follow the driver; call it once a second."""
        for each in self._subscriptions:
            each.review()

    def news(self, health: EdgeHealth) -> list[News]:
        """Return what the log should tell of the images.

        Args:
            health: the health of this camera.
        """
        found = self._silence.news(health), self._loss.news(health)
        return [each for each in found if each is not None]

    def unsubscribe(self) -> None:
        """End the subscriptions."""
        for each in self._subscriptions:
            each.destroy()
        self._inputs, self._calibrations = [], None

    def destroy(self) -> None:
        """Destroy the topics of the answers and of the status."""
        self.outputs.publishers.destroy()
        if self.outputs.findings is not None:
            self.outputs.findings.destroy()
        if self.status is not None:
            self.status.destroy()


def image_topic(node: Node, camera: str, *, compressed: bool) -> str:
    """Return the resolved name of a camera's topic."""
    # As in image_transport, the compressed topic follows a remapping of the base topic.
    base = SubNode(node, camera).resolve_topic_name("image")
    return str(node.resolve_topic_name(f"{base}/compressed")) if compressed else base
