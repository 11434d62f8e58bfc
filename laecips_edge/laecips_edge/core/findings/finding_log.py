"""The log of findings on disk: JSON lines and a picture of each, bounded by bytes.

A folder has numbered parts. A part is a folder with `findings.jsonl` and the pictures that its
lines name. When the newest part is full, another begins; the oldest are removed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, Final

from laecips_edge.core.atomic_files import lock_folder, remove_folder, sweep, write_whole

LINES: Final = "findings.jsonl"

_PARTS: Final = 8
"""Number of parts that a full folder has."""


class FindingLog:
    """Writes lines and pictures. Not for several threads.

    Args:
        folder: the folder; it is made.
        max_bytes: largest size of its files together.

    Attributes:
        last_id: largest id that the log has; 0 of a new one.

    Raises:
        OSError: the folder cannot be made or read, or another process writes to it.
    """

    def __init__(self, folder: Path, *, max_bytes: int) -> None:
        self.folder = folder
        self._max_bytes = max_bytes
        folder.mkdir(parents=True, exist_ok=True)
        lock = lock_folder(folder)
        if lock is None:
            raise OSError(f"{folder} is another process's: give each robot a folder of its own")
        self._lock = lock
        sweep(folder)
        self._sizes = {int(part.name): _size(part) for part in parts_of(folder)}
        self._torn = True  # a killed process may have left half a line
        self.last_id = self._read_last_id()

    @property
    def size(self) -> int:
        """Size of all files, in bytes."""
        return sum(self._sizes.values())

    def write(self, record: Mapping[str, Any], picture: bytes | None = None) -> None:
        """Add a line, and the picture of its finding, which replaces an earlier one of this part.

        Args:
            record: plain JSON values, with the finding's `id`.
            picture: a JPEG file; one larger than a part is left out.

        Raises:
            OSError: the disk is full or fails; nothing that is in the log is lost.
        """
        if picture is not None and len(picture) > self._part_bytes // 2:
            picture = None
        number = self._make_room(len(picture or b"") + _length(record))
        part = self.folder / f"{number:06d}"
        if picture is not None:
            name = f"{record['id']}.jpg"
            before = _size(part / name)
            write_whole(part / name, picture)
            self._sizes[number] += len(picture) - before
            record = {**record, "picture": f"{part.name}/{name}"}
        self._add_line(part / LINES, record, number)

    def close(self) -> None:
        """Let another process write to the folder."""
        self._lock.close()

    @property
    def _part_bytes(self) -> int:
        return self._max_bytes // _PARTS

    def _make_room(self, needed: int) -> int:
        """Return the number of a part with room for some bytes, and remove the oldest parts."""
        number = max(self._sizes, default=0)
        if not number or (self._sizes[number] and self._sizes[number] + needed > self._part_bytes):
            number += 1
        (self.folder / f"{number:06d}").mkdir(exist_ok=True)
        self._sizes.setdefault(number, 0)
        while self.size + needed > self._max_bytes and len(self._sizes) > 1:
            oldest = min(self._sizes)
            remove_folder(self.folder / f"{oldest:06d}")
            del self._sizes[oldest]
        return number

    def _add_line(self, path: Path, record: Mapping[str, Any], number: int) -> None:
        line = _line(record)
        before = path.stat().st_size if path.exists() else 0
        if self._torn and before:
            line = b"\n" + line
        self._torn = True
        try:
            with path.open("ab") as file:
                file.write(line)
            self._torn = False
        finally:
            self._sizes[number] += (path.stat().st_size if path.exists() else 0) - before

    def _read_last_id(self) -> int:
        # Not of the newest part alone: it may have begun with lines of old findings.
        parts = (read_lines(part / LINES)[0] for part in parts_of(self.folder))
        ids = (record.get("id") for records in parts for record in records)
        return max((each for each in ids if isinstance(each, int)), default=0)


def parts_of(folder: Path) -> list[Path]:
    """Return the parts of a log, oldest first.

    Raises:
        OSError: the folder cannot be read.
    """
    return sorted(part for part in folder.iterdir() if part.is_dir() and part.name.isdecimal())


def read_lines(path: Path) -> tuple[list[dict[str, Any]], int]:
    """Return the objects of a file of JSON lines, and the number of lines that are none.

    Raises:
        OSError: the file cannot be read; one that does not exist has no lines.
    """
    records: list[dict[str, Any]] = []
    broken = 0
    try:
        file: IO[bytes] = path.open("rb")
    except FileNotFoundError:
        return records, broken
    with file:
        for line in file:
            if not line.strip():
                continue
            try:
                record = json.loads(line)
            except ValueError:
                record = None
            if isinstance(record, dict):
                records.append(record)
            else:
                broken += 1
    return records, broken


def _line(record: Mapping[str, Any]) -> bytes:
    return json.dumps(record, separators=(",", ":"), allow_nan=False).encode() + b"\n"


def _length(record: Mapping[str, Any]) -> int:
    return len(_line(record)) + 64  # what `write` adds to it


def _size(path: Path) -> int:
    """Return the size of a file, or of the files in a folder; 0 if it does not exist."""
    if path.is_dir():
        return sum(file.stat().st_size for file in path.iterdir())
    return path.stat().st_size if path.exists() else 0
