"""Writer of bags: MCAP, playable with `ros2 bag play`."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from rosbags.interfaces import Connection, Qos
from rosbags.rosbag2 import CompressionFormat, CompressionMode, StoragePlugin, Writer
from rosbags.typesys import Stores, get_typestore

from laecips_eval.bags import topics
from laecips_eval.bags.pictures import BagFrame, CompressedPicture
from laecips_eval.bags.topics import BagError

_START_NS = 1_750_000_000 * 1_000_000_000  # a fixed time, so that equal frames make equal bags


class BagWriter:
    """A writer of pictures with their truth; the bag gets its final name when it is complete.

    Args:
        path: folder to create; it must not exist.
        legend: classes, colours, segments and disturbances.
        rate_hz: pictures per second, above 0, of those that `add` takes.
        image_topic: topic of the pictures.
        raw: whether the pictures are sensor_msgs/Image, for `copy`; else they are CompressedImage.

    Raises:
        BagError: the path exists, or the rate is not above 0; later, the bag cannot be written.

    Example:
        with BagWriter(path, legend=legend, rate_hz=10) as bag:
            bag.add(encode_jpeg(image, 90), encode_png(label))
    """

    def __init__(
        self,
        path: Path,
        *,
        legend: topics.Legend,
        rate_hz: float = 10.0,
        image_topic: str = topics.IMAGE,
        raw: bool = False,
    ) -> None:
        if path.exists():
            raise BagError(f"{path} exists already: choose another name or remove it")
        if not rate_hz > 0:
            raise BagError(f"a bag cannot have {rate_hz} pictures a second: give a rate above 0")
        self._path, self._legend = path, legend
        self._image_topic = image_topic
        self._kind = topics.RAW_IMAGE if raw else topics.COMPRESSED_IMAGE
        self._period_ns = round(1e9 / rate_hz)
        self._count = 0
        self._last_ns: int | None = None
        self._types = get_typestore(Stores.ROS2_JAZZY)
        path.parent.mkdir(parents=True, exist_ok=True)
        # In the same folder as the final path, so that the last step is one rename.
        self._workshop = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
        self._writer = Writer(
            self._workshop / path.name,
            version=Writer.VERSION_LATEST,
            storage_plugin=StoragePlugin.MCAP,
        )
        # Compress whole chunks: other readers cannot decompress single messages.
        self._writer.set_compression(CompressionMode.STORAGE, CompressionFormat.ZSTD)

    def __enter__(self) -> BagWriter:
        """Open the file."""
        try:
            self._writer.open()
            self._image = self._connect(self._image_topic, self._kind, topics.STREAM)
            self._truth = self._connect(topics.TRUTH, topics.COMPRESSED_IMAGE, topics.STREAM)
            self._classes = self._connect(topics.CLASSES, topics.STRING, topics.LATCHED)
            if self._legend.disturbances:
                self._disturbances = self._connect(
                    topics.DISTURBANCES, topics.STRING, topics.LATCHED
                )
        except BaseException:
            shutil.rmtree(self._workshop, ignore_errors=True)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the bag and rename it to its path; after an error, delete it."""
        try:
            if kind is not None:
                with suppress(OSError):  # a full disk does not take what is still buffered
                    self._writer.abort()
            else:
                if self._last_ns is None:
                    self._write_legend(_START_NS)
                with self._telling():
                    self._writer.close()
                (self._workshop / self._path.name).rename(self._path)
        finally:
            shutil.rmtree(self._workshop, ignore_errors=True)

    def add(self, picture: bytes, truth: bytes | None) -> int:
        """Append a picture (JPEG) and its label map (PNG, mono8); return their stamp in ns."""
        stamp = _START_NS + self._count * self._period_ns
        self._count += 1
        self.copy(BagFrame(stamp, topics.FRAME_ID, CompressedPicture("jpeg", picture)), truth)
        return stamp

    def copy(self, frame: BagFrame, truth: bytes | None) -> None:
        """Append a picture as it was recorded, with its stamp, and its label map (PNG, mono8)."""
        if self._last_ns is None:
            self._write_legend(frame.stamp_ns)
        payload = {**vars(frame.payload), "data": np.frombuffer(frame.payload.data, np.uint8)}
        self._add_image(self._image, frame, self._kind, payload)
        if truth is not None:
            payload = {"format": "png", "data": np.frombuffer(truth, np.uint8)}
            self._add_image(self._truth, frame, topics.COMPRESSED_IMAGE, payload)

    def _connect(self, topic: str, kind: str, qos: Qos) -> Connection:
        return self._writer.add_connection(
            topic, kind, typestore=self._types, offered_qos_profiles=[qos]
        )

    def _add_image(
        self, connection: Connection, frame: BagFrame, kind: str, payload: dict[str, Any]
    ) -> None:
        types, stamp = self._types.types, frame.stamp_ns
        time = types["builtin_interfaces/msg/Time"](sec=stamp // 10**9, nanosec=stamp % 10**9)
        header = types["std_msgs/msg/Header"](stamp=time, frame_id=frame.frame_id)
        # A bag is read in the order of these times, a camera that was restarted goes back in time.
        self._last_ns = max(self._last_ns or stamp, stamp)
        self._write(connection, self._last_ns, types[kind](header=header, **payload), kind)

    def _write_legend(self, stamp: int) -> None:
        self._write_text(self._classes, stamp, self._legend.to_yaml())
        if self._legend.disturbances:
            text = topics.disturbances_to_yaml(self._legend.disturbances)
            self._write_text(self._disturbances, stamp, text)

    def _write_text(self, connection: Connection, stamp: int, text: str) -> None:
        message = self._types.types[topics.STRING](data=text)
        self._write(connection, stamp, message, topics.STRING)

    def _write(self, connection: Connection, stamp: int, message: Any, kind: str) -> None:
        with self._telling():
            self._writer.write(connection, stamp, self._types.serialize_cdr(message, kind))

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Turn an OSError into a BagError that names the bag and what to do."""
        try:
            yield
        except OSError as error:
            raise BagError(
                f"{self._path} cannot be written: {error.strerror}: free some space or choose "
                "another folder"
            ) from error
