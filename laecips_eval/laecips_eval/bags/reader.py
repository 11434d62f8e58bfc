"""Reading a bag: MCAP or sqlite3, raw or compressed pictures, with or without truth."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from laecips_edge.core.image.image_messages import nanoseconds
from numpy.typing import NDArray
from rosbags.rosbag2 import Reader
from rosbags.typesys import Stores, get_typestore

from laecips_eval.bags import topics
from laecips_eval.bags.pictures import BagFrame, CompressedPicture, RawPicture
from laecips_eval.bags.topics import BagError, Legend, Segment
from laecips_eval.bags.truth import Truth

_KINDS = (topics.COMPRESSED_IMAGE, topics.RAW_IMAGE)


def open_bag(path: str | Path, image_topic: str | None = None) -> Bag:
    """Open a bag for reading.

    Args:
        path: a folder with metadata.yaml, or a single .mcap or .db3 file.
        image_topic: topic of the pictures; None takes the only one, or ours.

    Raises:
        BagError: not a bag, damaged, or without such a topic; names the topics it has.
    """
    return Bag(Path(path), image_topic)


class Bag:
    """A bag of pictures; each reading opens the file anew, so a Bag can be kept and shared.

    Attributes:
        path: where it lies.
        image_topic: topic of the pictures.
        kind: "compressed" or "raw".
    """

    def __init__(self, path: Path, image_topic: str | None) -> None:
        self.path = path
        self._types = get_typestore(Stores.ROS2_JAZZY)
        with _Opened(path) as reader:
            self._topics = {found.topic: found.msgtype for found in reader.connections}
            self._counts: dict[str, int] = dict.fromkeys(self._topics, 0)
            for found in reader.connections:
                self._counts[found.topic] += found.msgcount
        self.image_topic = self._choose(image_topic)
        compressed = self._topics[self.image_topic] == topics.COMPRESSED_IMAGE
        self.kind = "compressed" if compressed else "raw"

    def __len__(self) -> int:
        """Number of pictures."""
        return self._counts[self.image_topic]

    def frames(self) -> Iterator[BagFrame]:
        """All pictures, in the order in which they were recorded; BagError where one is damaged."""
        for _, message in self._messages(self.image_topic):
            header = message.header
            payload: CompressedPicture | RawPicture
            if self.kind == "compressed":
                payload = CompressedPicture(message.format, message.data.tobytes())
            else:
                payload = RawPicture(
                    height=message.height,
                    width=message.width,
                    encoding=message.encoding,
                    is_bigendian=message.is_bigendian,
                    step=message.step,
                    data=message.data.tobytes(),
                )
            yield BagFrame(nanoseconds(header.stamp), header.frame_id, payload)

    def truth(self) -> Truth:
        """Label maps by stamp, decoded when looked up; empty for a bag without truth.

        They are read once, and stay in memory as they are in the bag.
        """
        return self._truth

    @cached_property
    def _truth(self) -> Truth:
        found: dict[int, Any] = {}
        if self._topics.get(topics.TRUTH) in _KINDS:
            for _, message in self._messages(topics.TRUTH):
                found[nanoseconds(message.header.stamp)] = message
        return Truth(found, classes=len(self.classes))

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names; empty when the bag does not say."""
        return tuple(self._legend.classes)

    @property
    def segments(self) -> tuple[Segment, ...]:
        """Named stretches of the bag, by index of picture."""
        return tuple(self._legend.segments)

    def digests(self) -> list[bytes]:
        """One SHA-256 a picture: its stamp, decoded colours and label map."""
        truth = self.truth()
        return [
            frame_digest(frame.stamp_ns, frame.rgb(), truth.get(frame.stamp_ns))
            for frame in self.frames()
        ]

    @cached_property
    def _legend(self) -> Legend:
        if self._topics.get(topics.CLASSES) != topics.STRING:
            return Legend()
        for _, message in self._messages(topics.CLASSES):
            return Legend.from_yaml(message.data)
        return Legend()

    def _choose(self, wanted: str | None) -> str:
        images = [name for name, kind in self._topics.items() if kind in _KINDS]
        pictures = sorted(set(images) - {topics.TRUTH})
        has = ", ".join(f"{name} ({kind})" for name, kind in sorted(self._topics.items()))
        if wanted is None:
            if topics.IMAGE in pictures:
                return topics.IMAGE
            if len(pictures) == 1:
                return pictures[0]
            if pictures:
                names = ", ".join(pictures)
                raise BagError(f"{self.path} has several topics with pictures: name one: {names}")
            raise BagError(
                f"{self.path} has no topic with pictures: record a sensor_msgs/Image or "
                f"CompressedImage topic; it has {has or 'none'}"
            )
        if wanted not in self._topics:
            raise BagError(f"{self.path} has no topic {wanted}: it has {has or 'none'}")
        if wanted not in images:
            raise BagError(f"{self.path}: {wanted} carries {self._topics[wanted]}: it has {has}")
        return wanted

    def _messages(self, topic: str) -> Iterator[tuple[int, Any]]:
        """(recorded ns, message) of one topic."""
        with _Opened(self.path) as reader:
            connections = [found for found in reader.connections if found.topic == topic]
            stream = reader.messages(connections=connections)
            number = 0
            while True:
                # Anything can come out of a damaged file; whatever it is, one line says where.
                try:
                    connection, stamp, data = next(stream)
                    message = self._types.deserialize_cdr(data, connection.msgtype)
                except StopIteration:
                    return
                except Exception as error:
                    raise BagError(
                        f"{self.path} is damaged: message {number} of {topic}: {error!r}: "
                        "copy or record it again"
                    ) from error
                yield stamp, message
                number += 1


class _Opened:
    """A rosbags reader whose errors say what to do."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> Reader:
        path = self._path
        if not path.exists():
            raise BagError(f"there is no bag {path}")
        if path.is_dir() and not (path / "metadata.yaml").is_file():
            raise BagError(f"{path} is not a bag: it has no metadata.yaml")
        try:
            self._reader = Reader(path)
            self._reader.open()
        except Exception as error:
            raise BagError(
                f"{path} is not a bag, or is truncated: {error}: copy or record it again"
            ) from error
        return self._reader

    def __exit__(self, *_: object) -> None:
        self._reader.close()


def frame_digest(stamp_ns: int, rgb: NDArray[np.uint8], label: NDArray[np.uint8] | None) -> bytes:
    """SHA-256 of one frame: stamp, shape and pixels of the picture and of the label map."""
    digest = hashlib.sha256(stamp_ns.to_bytes(8, "little", signed=True))
    for array in (rgb, label):
        if array is not None:
            digest.update(str(array.shape).encode())
            digest.update(np.ascontiguousarray(array).data)
    return digest.digest()


def joined_digest(digests: list[bytes]) -> str:
    """One hexadecimal hash of many."""
    return hashlib.sha256(b"".join(digests)).hexdigest()
