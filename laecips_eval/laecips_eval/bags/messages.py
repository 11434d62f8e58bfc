"""The messages of a bag, one at a time; damage is one line that names its place."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from rosbags.typesys.store import Typestore

from laecips_eval.bags.opening import OpenedBag, full_type
from laecips_eval.bags.topics import BagError


class RecordedMessage(NamedTuple):
    """One message of a bag.

    Attributes:
        topic: full name of its topic.
        recorded_ns: when it was recorded, in nanoseconds.
        message: an object with the fields of its type.
    """

    topic: str
    recorded_ns: int
    message: Any


def topics_in(path: Path) -> dict[str, str]:
    """Return the message types of a bag by topic.

    Raises:
        BagError: not a bag, or damaged.
    """
    with OpenedBag(path) as reader:
        return {found.topic: full_type(found.msgtype) for found in reader.connections}


def read_messages(
    path: Path, types: Typestore, topics: Collection[str]
) -> Iterator[RecordedMessage]:
    """Yield the messages of some topics in recorded order; memory holds one at a time.

    Args:
        path: the bag.
        types: types of the messages.
        topics: full names of the topics; those that the bag does not have are left out.

    Raises:
        BagError: not a bag, or a message is damaged.
    """
    with OpenedBag(path) as reader:
        connections = [found for found in reader.connections if found.topic in topics]
        if not connections:
            return  # rosbags would read all topics
        stream = reader.messages(connections=connections)
        number = 0
        while True:
            # A damaged file can raise any exception; report each as one line with its position.
            try:
                connection, recorded, data = next(stream)
                message = types.deserialize_cdr(data, full_type(connection.msgtype))
            except StopIteration:
                return
            except Exception as error:
                raise BagError(
                    f"{path} is damaged: message {number} of {', '.join(sorted(topics))}: "
                    f"{error!r}: copy or record it again"
                ) from error
            yield RecordedMessage(connection.topic, recorded, message)
            number += 1
