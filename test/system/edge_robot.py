"""An edge node in a process of its own, and a cloud that answers as a test wants it to."""

import itertools
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from laecips_edge.core.image import image_messages
from laecips_edge.core.link import wire
from laecips_edge.ros import qos
from processes import Peer, RosProcess, until
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import Header

from laecips_msgs.msg import EdgeStatus, Segmentation
from laecips_msgs.srv import SegmentHardFrame

Request, Response = SegmentHardFrame.Request, SegmentHardFrame.Response

STAMPS = itertools.count(1)
"""Seconds of the stamps of all robots and cameras."""


class Robot:
    """Sends pictures to an edge node and waits for what it makes of them.

    Args:
        peer: The test's node.
        process: The edge node's.
        namespace: The edge node's.
        compressed: Send CompressedImage instead of Image.
        camera: Of several cameras, the one that sends.
    """

    def __init__(
        self,
        peer: Peer,
        process: RosProcess,
        *,
        namespace: str = "",
        compressed: bool = False,
        camera: str = "",
    ) -> None:
        self.peer = peer
        self.process = process
        self.node = f"{namespace}/edge"
        self.answers_of = f"{self.node}/{camera}".removesuffix("/")
        within = self.answers_of
        self.segmentations: list[Segmentation] = peer.subscribe(
            Segmentation, f"{within}/segmentation"
        )
        self.statuses: list[EdgeStatus] = peer.subscribe(EdgeStatus, f"{within}/status")
        self.label_maps: list[Image] = peer.subscribe(Image, f"{within}/label_map")
        self.label_maps_now: list[Image] = peer.subscribe(Image, f"{within}/label_map_now")
        self.confidence_maps: list[Image] = peer.subscribe(Image, f"{within}/confidence_map")
        self._diagnostics = peer.subscribe(DiagnosticArray, "/diagnostics")
        kind, name = (CompressedImage, "image/compressed") if compressed else (Image, "image")
        self.topic = f"{namespace}/{camera}/{name}" if camera else f"{namespace}/{name}"
        self._images = peer.publisher(kind, self.topic)

    def wait_until_active(self) -> None:
        """Until the node is active and every topic has found its other end."""
        until(lambda: self.peer.state(self.node) == "active", process=self.process)
        until(lambda: self._images.get_subscription_count() > 0, process=self.process)
        for topic in ("segmentation", "label_map", "label_map_now", "confidence_map"):
            name = f"{self.answers_of}/{topic}"
            until(lambda name=name: self.peer.node.count_publishers(name) > 0)
        # Matched in both directions only once a message has come through.
        until(self._through, process=self.process, what="the first answer")

    def _through(self) -> bool:
        if not self.statuses or self.statuses[-1].pending == 0:
            self.send_rgb(np.zeros((96, 128, 3), np.uint8))
        return bool(
            self.segmentations and self.label_maps and self.label_maps_now and self.confidence_maps
        )

    def header(self) -> Header:
        """A header whose stamp no other frame has."""
        header = Header(frame_id="camera_optical")
        header.stamp.sec, header.stamp.nanosec = 1000 + next(STAMPS), 500
        return header

    def send(self, header: Header | None = None, **fields: Any) -> Header:
        """Publish an image message of these fields; its header, a new one unless given."""
        kind = self._images.msg_type
        header = header or self.header()
        self._images.publish(kind(header=header, **fields))
        return header

    def send_rgb(self, rgb: np.ndarray, header: Header | None = None) -> Header:
        """Publish a picture: raw, or as JPEG of quality 95."""
        if self._images.msg_type is CompressedImage:
            return self.send(header, format="jpeg", data=image_messages.encode_jpeg(rgb, 95))
        return self.send(header, **image_messages.image_fields(rgb, "rgb8"))

    def answer(self, header: Header) -> Segmentation:
        """The one segmentation of a frame."""
        return of_stamp(self.segmentations, header, self.process)

    def set(self, **parameters: Any) -> None:
        """Set parameters of the node; all must be accepted."""
        results = self.peer.set_parameters(self.node, parameters)
        assert all(result.successful for result in results), results

    def health(self) -> DiagnosticStatus:
        """What the node says in /diagnostics now."""
        statuses = (array.status[0] for array in reversed(self._diagnostics))
        return next((s for s in statuses if s.name == self.answers_of), DiagnosticStatus())

    def settled(self) -> EdgeStatus:
        """The next status without a pending frame."""
        seen = len(self.statuses)
        return until(
            lambda: next((s for s in self.statuses[seen:] if s.pending == 0), None),
            process=self.process,
            what="a status without pending frames",
        )


def of_stamp(messages: list[Any], header: Header, process: RosProcess) -> Any:
    """The message of a stamp, once it is there; its whole header must be the input's."""
    message = until(
        lambda: next((m for m in messages if m.header.stamp == header.stamp), None),
        process=process,
        what=f"a message of stamp {header.stamp}",
    )
    assert message.header == header
    return message


class Cloud:
    """A service `segment_hard_frame` of the test, on a node and thread of its own.

    Args:
        domain: ROS domain.
        service: Name of the service.
        classes: Number of classes.
    """

    def __init__(self, domain: int, service: str = "segment_hard_frame", classes: int = 4) -> None:
        self.requests: list[Request] = []
        self.reply: Callable[[Request], Response] = self.good
        self.gate = threading.Event()
        self.gate.set()
        self.classes = classes
        self._peer = Peer(domain, "test_cloud")
        self._service = service

    def __enter__(self) -> "Cloud":
        self._peer.__enter__()
        self._peer.node.create_service(SegmentHardFrame, self._service, self._serve)
        return self

    def __exit__(self, *error: Any) -> None:
        self.gate.set()
        self._peer.__exit__(*error)

    def _serve(self, request: Request, _: Response) -> Response:
        self.requests.append(request)
        assert self.gate.wait(30)
        return self.reply(request)

    def good(self, request: Request) -> Response:
        """A label map of rising columns and a confidence of 200, of the picture's own size."""
        height, width = image_messages.decode_compressed(request.image.data).shape[:2]
        label_map = np.tile(np.arange(width, dtype=np.uint8) % self.classes, (height, 1))
        response = Response(status=Response.OK, bundle_version=request.bundle_version)
        response.label_map.data = wire.encode_label_map(label_map)
        response.confidence_map.data = wire.encode_confidence_map(np.full_like(label_map, 200))
        return response


BEST_EFFORT = qos.sensor_data("best_effort")
