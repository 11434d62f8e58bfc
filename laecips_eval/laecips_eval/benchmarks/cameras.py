"""Memory and CPU time of one edge node with one camera and with several, on raw pictures of blocks.

A node of this process stands for the cameras' drivers and for who takes the answers. The edge node
is a process of its own, as the launch files start it, and no cloud is there.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import psutil
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.image.image_messages import image_fields
from laecips_edge.launching.transport import transport_environment
from laecips_edge.ros import qos
from laecips_edge.ros.headers import header_of
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from sensor_msgs.msg import Image

from laecips_msgs.msg import Segmentation

NUMBERS: Final = (1, 5)
HZ: Final = 2.0
SHAPE: Final = (480, 640)
SECONDS: Final = 20.0
_PATIENCE_S: Final = 60.0


class CamerasRow(NamedTuple):
    """One edge node.

    Attributes:
        cameras: number of its cameras, each at `HZ`.
        sent: pictures sent after the first answers.
        answered: those that were answered.
        rss_mb: resident memory of the process at the end, in 10^6 bytes.
        pss_mb: the same with shared pages divided among those who share them.
        cpu_percent: CPU time per second; 100 is one core.
        ratio: rss_mb / that of the first row.
    """

    cameras: int
    sent: int
    answered: int
    rss_mb: float
    pss_mb: float
    cpu_percent: float
    ratio: float


def run(bundle: Path, *, engine: str, numbers: Sequence[int] = NUMBERS) -> list[CamerasRow]:
    """Measure an edge node for each number of cameras.

    Args:
        bundle: the bundle's folder.
        engine: name of the engine.
        numbers: numbers of cameras.

    Raises:
        ValueError: the bundle cannot be used.
        OSError: the node ends, or answers nothing.
    """
    Bundle.load(bundle)  # the node would wait to be configured with another one
    rows: list[CamerasRow] = []
    for number in numbers:
        row = _measured(bundle, engine, number)
        rows.append(row._replace(ratio=row.rss_mb / (rows[0] if rows else row).rss_mb))
    return rows


def _measured(bundle: Path, engine: str, number: int) -> CamerasRow:
    names = [f"camera{index}" for index in range(number)] if number > 1 else [""]
    namespace = f"/bench_{os.getpid()}_{number}"  # so that the domain may be anybody's
    with _edge_node(bundle, engine, names, namespace) as process, _Drivers(names, namespace) as it:
        started = time.monotonic()
        while len(it.answered_cameras) < number:
            it.send()
            if process.status() == psutil.STATUS_ZOMBIE or time.monotonic() - started > _PATIENCE_S:
                raise OSError("the edge node answers nothing: see its log above")
        it.sent, it.answered = 0, 0
        cpu_s, began = sum(process.cpu_times()[:2]), time.monotonic()
        while time.monotonic() - began < SECONDS:
            it.send()
        took_s = time.monotonic() - began
        it.spin(1.0)
        memory = process.memory_full_info()
        return CamerasRow(
            cameras=number,
            sent=it.sent,
            answered=it.answered,
            rss_mb=memory.rss / 1e6,
            pss_mb=memory.pss / 1e6,
            cpu_percent=100 * (sum(process.cpu_times()[:2]) - cpu_s) / took_s,
            ratio=1.0,
        )


class _Drivers:
    """The cameras' drivers, and a subscriber of their answers.

    Args:
        names: names of the cameras; "" for the only one.
        namespace: namespace of the edge node.
    """

    def __init__(self, names: Sequence[str], namespace: str) -> None:
        self.sent = self.answered = 0
        self.answered_cameras: set[str] = set()
        self._names, self._namespace = names, namespace
        self._context = Context()
        blocks = np.random.default_rng(0).integers(0, 256, (SHAPE[0] // 40, SHAPE[1] // 40, 3))
        self._picture = blocks.astype(np.uint8).repeat(40, axis=0).repeat(40, axis=1)

    def __enter__(self) -> _Drivers:
        """Publish and subscribe."""
        self._context.init(args=[])
        node = Node("drivers", context=self._context, namespace=self._namespace)
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(node)
        self._publishers = [
            node.create_publisher(Image, f"{name}/image".removeprefix("/"), qos.reliable())
            for name in self._names
        ]
        for name in self._names:
            within = f"edge/{name}".removesuffix("/")
            node.create_subscription(
                Segmentation,
                f"{within}/segmentation",
                lambda _, name=name: self._take(name),
                qos.reliable(),
            )
            for topic in ("label_map", "confidence_map"):
                node.create_subscription(Image, f"{within}/{topic}", lambda _: None, qos.reliable())
        return self

    def __exit__(self, *error: object) -> None:
        """End."""
        self._executor.shutdown()
        self._context.try_shutdown()

    def send(self) -> None:
        """Send a picture from each camera, all with one stamp, and wait for a period."""
        header = header_of(time.time_ns(), "camera")
        for publisher in self._publishers:
            publisher.publish(Image(header=header, **image_fields(self._picture, "rgb8")))
            self.sent += 1
        self.spin(1.0 / HZ)

    def spin(self, seconds: float) -> None:
        """Take answers for so long."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._executor.spin_once(timeout_sec=left)

    def _take(self, name: str) -> None:
        self.answered += 1
        self.answered_cameras.add(name)


@contextmanager
def _edge_node(
    bundle: Path, engine: str, names: Sequence[str], namespace: str
) -> Iterator[psutil.Process]:
    with tempfile.TemporaryDirectory() as store:
        parameters: dict[str, Any] = {"bundle": bundle, "engine": engine, "model_store": store}
        if names != [""]:
            parameters["cameras"] = json.dumps(names)
        command = [sys.executable, "-m", "laecips_edge.edge_node", "--ros-args"]
        command += ["-r", f"__ns:={namespace}", "--log-level", "ERROR"]
        for name, value in parameters.items():
            command += ["-p", f"{name}:={value}"]
        environment = {**os.environ, **transport_environment(os.environ)}
        process = subprocess.Popen(command, env=environment)
        try:
            yield psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait()
