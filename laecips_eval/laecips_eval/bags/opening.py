"""Open the storage of a bag, also where its metadata.yaml is missing or names no storage.

What cannot be read (ROS 1, compressed single files) is named with the command that converts it.
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Final

import yaml
from rosbags.rosbag2 import Reader

from laecips_eval.bags.topics import BagError

METADATA: Final = "metadata.yaml"

_STORAGES: Final = (".mcap", ".db3")
_ROS_1: Final = b"#ROSBAG V"
_ZSTD: Final = b"\x28\xb5\x2f\xfd"
"""First bytes of a compressed file (RFC 8878)."""


class OpenedBag:
    """A context manager for a rosbags reader; its errors say what to do.

    Args:
        path: a folder with metadata.yaml or with one .mcap or .db3 file, or such a file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> Reader:
        storage = _readable(self._path)
        try:
            self._reader = Reader(storage)
            self._reader.open()
        except Exception as error:
            raise BagError(
                f"{self._path} is not a bag, or is truncated: {error}: copy or record it again"
            ) from error
        return self._reader

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._reader.close()


def full_type(name: str) -> str:
    """Return a message type with `/msg/`, which some recorders leave out."""
    package, _, message = name.partition("/")
    return name if "/" in message or not message else f"{package}/msg/{message}"


def _readable(path: Path) -> Path:
    """Return the folder or file that rosbags can open; BagError with the cure if there is none."""
    if not path.exists():
        raise BagError(f"there is no bag {path}: name the folder or the file of one")
    if path.is_file():
        _refuse_other_formats(path)
        return path
    if (path / METADATA).is_file():
        return _only_storage(path) if _names_no_storage(path / METADATA) else path
    return _only_storage(path)


def _only_storage(folder: Path) -> Path:
    """Return the one storage file of a folder whose metadata do not lead to it."""
    files = sorted(file for file in folder.iterdir() if file.is_file())
    storages = [file for file in files if file.suffix in _STORAGES]
    if len(storages) == 1:
        return storages[0]
    if storages:
        raise BagError(
            f"{folder} has {len(storages)} files and no {METADATA} that orders them: run "
            f"`ros2 bag reindex {folder}`"
        )
    for file in files:
        _refuse_other_formats(file)
    raise BagError(f"{folder} is not a bag: it has no {METADATA} and no .mcap or .db3 file")


def _names_no_storage(metadata: Path) -> bool:
    try:
        content = yaml.safe_load(metadata.read_text())
        return not content["rosbag2_bagfile_information"]["storage_identifier"]
    except (OSError, ValueError, yaml.YAMLError, KeyError, TypeError):
        return False  # rosbags says what is wrong with it


def _refuse_other_formats(file: Path) -> None:
    with file.open("rb") as stream:
        start = stream.read(len(_ROS_1))
    if start == _ROS_1:
        raise BagError(
            f"{file} is a bag of ROS 1: convert it with `rosbags-convert --src {file} --dst "
            f"{file.with_suffix('')}`"
        )
    if start.startswith(_ZSTD):
        raise BagError(
            f"{file} is compressed: run `zstd -d {file}`, then name the file that it writes"
        )
