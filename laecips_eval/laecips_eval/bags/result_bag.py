"""`result.mcap`: the messages of a replay, for Foxglove, RViz and `ros2 bag play`.

Messages are written in their serialised form (CDR) during the run; the file contains the schemas.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from ament_index_python.packages import get_package_share_directory
from rosbags.interfaces import Connection
from rosbags.interfaces.typing import Typesdict
from rosbags.rosbag2 import CompressionFormat, CompressionMode, StoragePlugin, Writer
from rosbags.typesys import Stores, get_types_from_msg, get_typestore
from rosbags.typesys.store import Typestore

from laecips_eval.bags.topics import STREAM

_OUR_PACKAGE = "laecips_msgs"


class ResultBag:
    """A writer of one MCAP file; the file gets its final name when it is complete.

    Example:
        with ResultBag(Path("out/result.mcap")) as bag:
            bag.add_topic("/edge/status", "laecips_msgs/msg/EdgeStatus")
            bag.write("/edge/status", stamp_ns, cdr)
    """

    def __init__(self, path: Path) -> None:
        """Open a new file beside `path`; an existing file at `path` stays until `close`.

        Raises:
            OSError: the folder cannot be written.
        """
        self._path = path
        self._part = path.with_name(path.name + ".part")
        shutil.rmtree(self._part, ignore_errors=True)
        self._typestore = message_types()
        self._writer = Writer(
            self._part, version=Writer.VERSION_LATEST, storage_plugin=StoragePlugin.MCAP
        )
        # Compress whole chunks: other readers cannot decompress single messages.
        self._writer.set_compression(CompressionMode.STORAGE, CompressionFormat.ZSTD)
        self._writer.open()
        self._topics: dict[str, Connection] = {}

    def add_topic(self, topic: str, message_type: str) -> None:
        """Declare a topic, with a type such as `sensor_msgs/msg/Image`."""
        self._topics[topic] = self._writer.add_connection(
            topic, message_type, typestore=self._typestore, offered_qos_profiles=[STREAM]
        )

    def write(self, topic: str, stamp_ns: int, cdr: bytes) -> None:
        """Write one serialised message of a declared topic.

        Raises:
            OSError: it cannot be written, for example on a full disk.
        """
        self._writer.write(self._topics[topic], stamp_ns, cdr)

    def close(self) -> None:
        """Complete the file and rename it to `path`.

        Raises:
            OSError: it cannot be written.
        """
        self._writer.close()
        (written,) = self._part.glob("*.mcap")
        os.replace(written, self._path)
        shutil.rmtree(self._part)

    def discard(self) -> None:
        """Delete the unfinished file."""
        with suppress(OSError):  # a full disk does not take what is still buffered
            self._writer.abort()
        shutil.rmtree(self._part, ignore_errors=True)

    def __enter__(self) -> ResultBag:
        """Return the bag itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Complete the file; after an error, delete it."""
        if kind is None:
            self.close()
        else:
            self.discard()


def message_types() -> Typestore:
    """Return the message types of Jazzy and of this project."""
    typestore = get_typestore(Stores.ROS2_JAZZY)
    folder = Path(get_package_share_directory(_OUR_PACKAGE)) / "msg"
    typestore.register(_definitions(folder.glob("*.msg")))
    return typestore


def _definitions(files: Iterable[Path]) -> Typesdict:
    definitions: Typesdict = {}
    for file in files:
        definitions |= get_types_from_msg(
            file.read_text(encoding="utf-8"), f"{_OUR_PACKAGE}/msg/{file.stem}"
        )
    return definitions
