"""Reader of bags: MCAP or sqlite3, raw or compressed pictures, with or without truth."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from laecips_edge.core.image.stamps import nanoseconds
from numpy.typing import NDArray
from rosbags.typesys import Stores, get_typestore

from laecips_eval.bags import topics
from laecips_eval.bags.messages import read_messages
from laecips_eval.bags.opening import OpenedBag, full_type
from laecips_eval.bags.own_stamps import OwnStamps, by_order
from laecips_eval.bags.pictures import BagFrame, CompressedPicture, RawPicture
from laecips_eval.bags.topics import BagError, Legend, Segment
from laecips_eval.bags.truth import Truth

_KINDS = (topics.COMPRESSED_IMAGE, topics.RAW_IMAGE)


def open_bag(path: str | Path, image_topic: str | None = None) -> Bag:
    """Open a bag for reading.

    Args:
        path: a folder with metadata.yaml or with one .mcap or .db3 file, or such a file.
        image_topic: topic of the pictures; None for `topics.IMAGE` or, without it, the only one.

    Raises:
        BagError: not a bag, damaged, or without such a topic; the message names its topics.
    """
    return Bag(Path(path), image_topic)


class Bag:
    """A bag of pictures; each read opens the file again, so a Bag can be kept and shared.

    Attributes:
        path: path of the bag.
        image_topic: topic of the pictures.
        kind: "compressed" or "raw".
    """

    def __init__(self, path: Path, image_topic: str | None) -> None:
        self.path = path
        self._types = get_typestore(Stores.ROS2_JAZZY)
        with OpenedBag(path) as reader:
            self._topics = {found.topic: full_type(found.msgtype) for found in reader.connections}
            self._counts: dict[str, int] = dict.fromkeys(self._topics, 0)
            for found in reader.connections:
                self._counts[found.topic] += found.msgcount
        self.image_topic = self._choose(image_topic)
        compressed = self._topics[self.image_topic] == topics.COMPRESSED_IMAGE
        self.kind = "compressed" if compressed else "raw"

    def __len__(self) -> int:
        """Return the number of pictures."""
        return self._counts[self.image_topic]

    def frames(self) -> Iterator[BagFrame]:
        """Yield all pictures in recorded order, each with a stamp of its own (`OwnStamps`).

        Raises:
            BagError: a message is damaged.
        """
        own = OwnStamps()
        for recorded, message in self._messages(self.image_topic):
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
            stamp = own.of(nanoseconds(header.stamp), recorded)
            yield BagFrame(stamp, header.frame_id, payload)

    def truth(self) -> Mapping[int, NDArray[np.uint8]]:
        """Return the label maps by stamp, decoded on look-up; empty for a bag without truth.

        The messages are read once and stay in memory as recorded.
        """
        return self._truth

    @cached_property
    def _truth(self) -> Truth:
        if self._topics.get(topics.TRUTH) not in _KINDS:
            return Truth({}, classes=len(self.classes))
        messages = [message for _, message in self._messages(topics.TRUTH)]
        stamps = [nanoseconds(message.header.stamp) for message in messages]
        found: dict[int, Any] = dict(zip(stamps, messages, strict=True))
        if len(found) < len(messages) or 0 in found:
            pictures = by_order(
                (nanoseconds(picture.header.stamp), recorded)
                for recorded, picture in self._messages(self.image_topic)
            )
            before, found = Counter[int](), {}
            for stamp, message in zip(stamps, messages, strict=True):
                found[pictures.get((stamp, before[stamp]), stamp)] = message
                before[stamp] += 1
        return Truth(found, classes=len(self.classes))

    @property
    def classes(self) -> tuple[str, ...]:
        """The class names; empty where the bag does not name them."""
        return tuple(self._legend.classes)

    @property
    def palette(self) -> tuple[tuple[int, int, int], ...]:
        """One (R, G, B) colour per class; empty where the bag does not name its classes."""
        return tuple(self._legend.palette)

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The named stretches of the bag."""
        return tuple(self._legend.segments)

    @property
    def disturbances(self) -> tuple[Segment, ...]:
        """The stretches with trouble, named by its kind; empty where the bag does not name them."""
        return self._disturbances

    @property
    def drift(self) -> str:
        """The drift that its pictures are read under, as JSON; empty for none."""
        return ""

    @property
    def others(self) -> Mapping[str, int]:
        """Number of messages by topic, but for pictures and what is said of them."""
        ours = (self.image_topic, topics.TRUTH, topics.CLASSES, topics.DISTURBANCES)
        return {topic: count for topic, count in self._counts.items() if topic not in ours}

    def digests(self) -> list[bytes]:
        """Return one SHA-256 per picture, over its stamp, decoded colours and label map."""
        truth = self.truth()
        return [
            frame_digest(frame.stamp_ns, frame.rgb(), truth.get(frame.stamp_ns))
            for frame in self.frames()
        ]

    @cached_property
    def _legend(self) -> Legend:
        text = self._text(topics.CLASSES)
        return Legend() if text is None else Legend.from_yaml(text)

    @cached_property
    def _disturbances(self) -> tuple[Segment, ...]:
        text = self._text(topics.DISTURBANCES)
        return () if text is None else topics.disturbances_from_yaml(text)

    def _text(self, topic: str) -> str | None:
        """Return the first text of a topic; None without one."""
        if self._topics.get(topic) != topics.STRING:
            return None
        return next((str(message.data) for _, message in self._messages(topic)), None)

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
        """Yield (time of recording in ns, message) of one topic."""
        for found in read_messages(self.path, self._types, [topic]):
            yield found.recorded_ns, found.message


def frame_digest(stamp_ns: int, rgb: NDArray[np.uint8], label: NDArray[np.uint8] | None) -> bytes:
    """Return the SHA-256 of a frame: stamp, shape and pixels of picture and label map."""
    digest = hashlib.sha256(stamp_ns.to_bytes(8, "little", signed=True))
    for array in (rgb, label):
        if array is not None:
            digest.update(str(array.shape).encode())
            digest.update(np.ascontiguousarray(array).data)
    return digest.digest()


def joined_digest(digests: list[bytes]) -> str:
    """Return one hexadecimal SHA-256 over many digests."""
    return hashlib.sha256(b"".join(digests)).hexdigest()
