"""A cloud node in a process of its own, and a robot that asks it."""

import array
import itertools
import os
from pathlib import Path
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from processes import Peer, RosProcess, until
from rclpy.task import Future
from sensor_msgs.msg import CompressedImage
from std_msgs.msg import Header

from laecips_msgs.msg import CloudStatus
from laecips_msgs.srv import SegmentHardFrame

Request, Response = SegmentHardFrame.Request, SegmentHardFrame.Response

CLOUD = "laecips_cloud.cloud_node"


def cloud_process(domain: int, *, module: str = CLOUD, **parameters: Any) -> RosProcess:
    """A cloud node; `bundles` may be one path, `buffer_path` a Path."""
    bundles = parameters.pop("bundles", None)
    if bundles is not None:
        parameters["bundles"] = [str(bundle) for bundle in bundles]
    paths = [str(Path(__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {"PYTHONPATH": os.pathsep.join(paths)}  # for a module beside this one
    return RosProcess(module, domain, parameters=parameters, environment=environment)


class Asker:
    """Asks a cloud node and listens to what it says of itself.

    Args:
        peer: The test's node.
        process: The cloud node's.
        picture: JPEG that is sent unless a test gives another.
        classes_hash: Of the robot's bundle.
    """

    def __init__(
        self, peer: Peer, process: RosProcess, picture: bytes, *, classes_hash: str
    ) -> None:
        self.peer = peer
        self.process = process
        self.picture = picture
        self.classes_hash = classes_hash
        self.statuses: list[CloudStatus] = peer.subscribe(CloudStatus, "/cloud/status")
        self._diagnostics: list[DiagnosticArray] = peer.subscribe(DiagnosticArray, "/diagnostics")
        self._client = peer.node.create_client(SegmentHardFrame, "/segment_hard_frame")
        self._numbers = itertools.count(1)

    def wait_until(self, state: str) -> None:
        """Until the node is in a lifecycle state."""
        until(lambda: self.peer.state("/cloud") == state, process=self.process, what=state)

    def request(self, **fields: Any) -> Request:
        """A good request with an id of its own, but for `fields`; `picture`, `scores` as bytes."""
        header = Header(frame_id="camera")
        header.stamp.sec = number = next(self._numbers)
        data = array.array("B", fields.pop("picture", self.picture))
        scores = array.array("B", fields.pop("scores", b""))
        good: dict[str, Any] = {
            "request_id": f"robot/{id(self)}/{number}",
            "robot": "robot",
            "header": header,
            "image": CompressedImage(header=header, format="jpeg", data=data),
            "bundle_version": 1,
            "classes_hash": self.classes_hash,
            "confidence": 0.25,
            "scores": scores,
        }
        return Request(**(good | fields))

    @property
    def offered(self) -> bool:
        """Whether the service is there."""
        return bool(self._client.service_is_ready())

    def ask(self, request: Request | None = None, **fields: Any) -> Response:
        """The answer to a request."""
        return self.peer.call(
            SegmentHardFrame, "/segment_hard_frame", request or self.request(**fields)
        )

    def send(self, request: Request) -> Future:
        """Sends a request once; the future of its answer, which may never come."""
        until(lambda: self.offered, process=self.process, what="the service")
        return self._client.call_async(request)

    def diagnosis(self) -> DiagnosticStatus:
        """The node's newest diagnosis."""
        until(lambda: self._diagnostics, process=self.process, what="diagnostics")
        return self._diagnostics[-1].status[0]

    def wait_for_diagnosis(self, level: bytes, text: str) -> None:
        """Until the diagnostics have this level and say this."""
        until(
            lambda: self.diagnosis().level == level and text in self.diagnosis().message,
            process=self.process,
            what=f"diagnostics with {text!r}",
        )


def kept(path: Path) -> int:
    """How many frames a replay buffer holds; 0 where there is none yet."""
    from laecips_cloud.replay_buffer.reader import ReplayReader  # noqa: PLC0415

    if not path.exists():
        return 0
    reader = ReplayReader(path)
    try:
        return reader.totals()[0]
    finally:
        reader.close()
