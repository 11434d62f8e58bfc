"""The drivers of an edge node's cameras, and who takes its answers: a ROS node of this process."""

from __future__ import annotations

import itertools
import json
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import psutil
from laecips_edge.core.image.stamps import nanoseconds
from laecips_edge.launching.transport import transport_environment
from laecips_edge.ros import qos
from laecips_edge.ros.messages.headers import header_of
from laecips_edge.ros.messages.image import image_message
from numpy.typing import NDArray
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from sensor_msgs.msg import Image

from laecips_eval.benchmarks.edge_node.process import PATIENCE_S, edge_process
from laecips_msgs.msg import Segmentation

_RETRY_S: Final = 0.5
_NUMBERS: Final = itertools.count()


class TimedAnswer(NamedTuple):
    """The answer to one picture.

    Attributes:
        camera: name of the camera.
        stamp_ns: stamp of the picture.
        at_s: when it came, in seconds of `time.perf_counter`.
        version: of the pair that gave it.
    """

    camera: str
    stamp_ns: int
    at_s: float
    version: int


class Drivers:
    """Publishes a picture of each camera, and subscribes to what a robot uses of the answers.

    Args:
        names: names of the cameras; "" for the only one.
        namespace: namespace of the edge node.
        picture: uint8 [H,W,3], the picture that is sent.
    """

    def __init__(self, names: Sequence[str], namespace: str, picture: NDArray[np.uint8]) -> None:
        self.sent = 0
        self.answers: list[TimedAnswer] = []
        self._names, self._namespace = names, namespace
        self._context = Context()
        self._picture = picture
        self._last_ns = 0

    def __enter__(self) -> Drivers:
        """Publish and subscribe."""
        with _transport():
            self._context.init(args=[])
            self.node = Node("drivers", context=self._context, namespace=self._namespace)
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self.node)
        self._publishers = [
            self.node.create_publisher(Image, f"{name}/image".removeprefix("/"), qos.reliable())
            for name in self._names
        ]
        for name in self._names:
            within = f"edge/{name}".removesuffix("/")
            self.node.create_subscription(
                Segmentation,
                f"{within}/segmentation",
                lambda message, name=name: self._take(name, message),
                qos.reliable(),
            )
            for topic in ("label_map", "confidence_map"):
                # As bytes: what a subscriber does with a map is not the robot's work.
                self.node.create_subscription(
                    Image, f"{within}/{topic}", lambda _: None, qos.reliable(), raw=True
                )
        return self

    def __exit__(self, *error: object) -> None:
        """End."""
        self._executor.shutdown()
        self._context.try_shutdown()

    def send(self) -> int:
        """Send a picture of each camera, all with one stamp; return the stamp in nanoseconds."""
        self._last_ns = max(time.time_ns(), self._last_ns + 1)
        header = header_of(self._last_ns, "camera")
        for publisher in self._publishers:
            publisher.publish(image_message(header, self._picture, "rgb8"))
            self.sent += 1
        return self._last_ns

    def spin(self, seconds: float) -> None:
        """Take answers for so long."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._executor.spin_once(timeout_sec=left)

    def spin_to_answer(self, seconds: float) -> TimedAnswer | None:
        """Take messages until an answer came; return it, or None after so many seconds."""
        before, end = len(self.answers), time.monotonic() + seconds
        while len(self.answers) == before and (left := end - time.monotonic()) > 0:
            self._executor.spin_once(timeout_sec=left)
        return self.answers[-1] if len(self.answers) > before else None

    def wait_for_all(self, process: psutil.Process) -> None:
        """Send until each camera was answered, then take what is still on its way; count anew.

        Args:
            process: the edge node.

        Raises:
            OSError: it ends, or answers nothing.
        """
        give_up_s = time.monotonic() + PATIENCE_S
        while len({answer.camera for answer in self.answers}) < len(self._names):
            self.send()
            self.spin(_RETRY_S)
            if process.status() == psutil.STATUS_ZOMBIE or time.monotonic() > give_up_s:
                raise OSError("the edge node answers nothing: see its log above")
        while self.spin_to_answer(_RETRY_S) is not None:
            pass
        self.sent = 0
        self.answers.clear()

    def _take(self, name: str, message: Segmentation) -> None:
        stamp_ns = nanoseconds(message.header.stamp)
        self.answers.append(
            TimedAnswer(name, stamp_ns, time.perf_counter(), message.bundle_version)
        )


@contextmanager
def _transport() -> Iterator[None]:
    """Choose for a participant of this process what launch files choose for nodes."""
    before = dict(os.environ)
    os.environ.update(transport_environment(before))
    try:
        yield
    finally:
        for name in os.environ.keys() - before.keys():
            del os.environ[name]


@contextmanager
def driven_node(
    bundle: Path, picture: NDArray[np.uint8], *, cameras: Sequence[str] = ("",), **parameters: Any
) -> Iterator[tuple[psutil.Process, Drivers]]:
    """Start an edge node and its drivers, in a namespace of their own; wait until it answers.

    Args:
        bundle: the bundle's folder.
        picture: uint8 [H, W, 3], RGB; what the cameras see.
        cameras: names of the cameras.
        **parameters: see `edge_process`.

    Raises:
        ValueError: see `edge_process`.
        OSError: the node ends, or answers nothing.
    """
    namespace = f"/bench_{os.getpid()}_{next(_NUMBERS)}"
    if any(cameras):
        parameters["cameras"] = json.dumps(cameras)
    with (
        edge_process(bundle, namespace=namespace, **parameters) as process,
        Drivers(cameras, namespace, picture) as drivers,
    ):
        drivers.wait_for_all(process)
        yield process, drivers
