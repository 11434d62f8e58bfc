"""`result.mcap`: what a replay published, for Foxglove, RViz and `ros2 bag play`.

Messages are written as they came off the wire (CDR), while the run goes on; schemas travel inside.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
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
    """Writes one MCAP file; it appears under its name when it is complete.

    Example:
        with ResultBag(Path("out/result.mcap")) as bag:
            bag.add_topic("/edge/status", "laecips_msgs/msg/EdgeStatus")
            bag.write("/edge/status", stamp_ns, cdr)
    """

    def __init__(self, path: Path) -> None:
        """Opens a new file beside `path`; an older file of that name stays until this one is done.

        Raises:
            OSError: when the folder cannot be written.
        """
        self._path = path
        self._part = path.with_name(path.name + ".part")
        shutil.rmtree(self._part, ignore_errors=True)
        self._typestore = message_types()
        self._writer = Writer(
            self._part, version=Writer.VERSION_LATEST, storage_plugin=StoragePlugin.MCAP
        )
        # Compression of whole chunks; that of single messages is not understood by other readers.
        self._writer.set_compression(CompressionMode.STORAGE, CompressionFormat.ZSTD)
        self._writer.open()
        self._topics: dict[str, Connection] = {}

    def add_topic(self, topic: str, message_type: str) -> None:
        """Declares a topic, with a type such as `sensor_msgs/msg/Image`."""
        self._topics[topic] = self._writer.add_connection(
            topic, message_type, typestore=self._typestore, offered_qos_profiles=[STREAM]
        )

    def write(self, topic: str, stamp_ns: int, cdr: bytes) -> None:
        """Writes one serialised message of a declared topic.

        Raises:
            OSError: when it cannot be written, on a full disk say.
        """
        self._writer.write(self._topics[topic], stamp_ns, cdr)

    def close(self) -> None:
        """Completes the file and gives it its name.

        Raises:
            OSError: when it cannot be written.
        """
        self._writer.close()
        (written,) = self._part.glob("*.mcap")
        os.replace(written, self._path)
        shutil.rmtree(self._part)

    def discard(self) -> None:
        """Gives the file up."""
        self._writer.abort()
        shutil.rmtree(self._part, ignore_errors=True)

    def __enter__(self) -> ResultBag:
        """Returns itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Completes the file, or gives it up after an error."""
        if kind is None:
            self.close()
        else:
            self.discard()


def message_types() -> Typestore:
    """The message types of Jazzy and of this project."""
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
