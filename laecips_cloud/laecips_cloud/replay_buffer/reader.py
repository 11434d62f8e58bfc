"""Reads the replay buffer's file, also while the cloud node writes it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Final, Literal

from laecips_cloud.replay_buffer.replay_frame import (
    Glimpse,
    Group,
    HumanLabels,
    ReplayFrame,
    TimeBlock,
    Waiting,
)
from laecips_cloud.replay_buffer.schema import (
    ReplayBufferError,
    absent_columns,
    check_tables,
    read_classes,
)

COLUMNS: Final = tuple(field.name for field in fields(ReplayFrame))

_LABELLED: Final = (
    "id IN (SELECT id FROM frames WHERE id <= :last AND length(human_label_map) > 0 "
    "ORDER BY id DESC LIMIT :labelled)"
)
_BUSY_S: Final = 10.0
_ADVICE: Final = {
    sqlite3.SQLITE_FULL: "the disk is full: make room on it or lower max_bytes",
    sqlite3.SQLITE_IOERR: "the disk is full or fails: make room on it or lower max_bytes",
    sqlite3.SQLITE_NOTADB: "it is not a replay buffer: give another path",
    sqlite3.SQLITE_CORRUPT: "it is damaged: move it away, and the cloud node makes a new one",
    sqlite3.SQLITE_CANTOPEN: "check that its folder exists and can be written",
    sqlite3.SQLITE_READONLY: "it cannot be written: change its permissions or give another path",
    sqlite3.SQLITE_BUSY: "another process keeps it locked: end that process",
}


class ReplayReader:
    """The frames on disk, read only. Safe for several threads.

    Example:
        reader = ReplayReader("replay.sqlite")
        for block in reader.blocks(60 * 10**9):
            for frame in reader.read(block.start_ns, block.end_ns):
                ...
    """

    path: Path
    _lock: threading.Lock
    _connection: sqlite3.Connection | None

    def __init__(self, path: str | Path) -> None:
        """Open an existing file.

        Args:
            path: the file.

        Raises:
            ReplayBufferError: the file does not exist, is not a replay buffer, or was written by
                another version.
        """
        # Not mode=ro: a reader of a WAL file must be able to make SQLite's file beside it.
        self._open(path, mode="rw", prepare=self._check)

    def find(self, request_id: str) -> ReplayFrame | None:
        """Return the frame of a request_id, or None.

        Raises:
            ReplayBufferError: the file cannot be read.
        """
        with self._using() as connection:
            return self._find(connection, request_id)

    def totals(self) -> tuple[int, int]:
        """Return the number of frames and of their bytes.

        Raises:
            ReplayBufferError: the file cannot be read.
        """
        with self._using() as connection:
            frames, size = connection.execute("SELECT frames, bytes FROM totals").fetchone()
        return frames, size

    def classes(self) -> tuple[str, ...]:
        """Return the names of the classes, in the order of the labels.

        Raises:
            ReplayBufferError: the file cannot be read.
        """
        with self._using() as connection:
            return read_classes(connection)

    def blocks(self, duration_ns: int) -> list[TimeBlock]:
        """Return the blocks of time that have frames, oldest first.

        Args:
            duration_ns: length of a block, at least 1.

        Raises:
            ReplayBufferError: the file cannot be read.
        """
        with self._using() as connection:
            rows = connection.execute(
                "SELECT received_ns / ?, count(*) FROM frames GROUP BY 1 ORDER BY 1",
                (duration_ns,),
            ).fetchall()
        return [
            TimeBlock(number * duration_ns, (number + 1) * duration_ns, frames)
            for number, frames in rows
        ]

    def groups(self, column: Literal["robot", "why", "bundle_version"]) -> list[Group]:
        """Count frames and bytes by robot, by reason of the upload, or by version of f.

        Raises:
            ReplayBufferError: the file cannot be read.
        """
        query = f"SELECT {column}, count(*), sum(size) FROM frames GROUP BY 1 ORDER BY 1"  # noqa: S608
        with self._using() as connection:
            rows = connection.execute(query).fetchall()
        return [Group(str(value), frames, size) for value, frames, size in rows]

    def human_labels(self) -> HumanLabels:
        """Return the number of frames that have a person's label map, and of those held out.

        Raises:
            ReplayBufferError: the file cannot be read.
        """
        query = "SELECT count(*), total(held_out) FROM frames WHERE length(human_label_map) > 0"
        with self._using() as connection:
            if absent_columns(connection):
                return HumanLabels(0, 0)
            frames, held_out = connection.execute(query).fetchone()
        return HumanLabels(frames, int(held_out))

    def open_tasks(self) -> dict[str, int]:
        """Return the number of frames that wait for a person, by the name of their task.

        Raises:
            ReplayBufferError: the file cannot be read.
        """
        query = "SELECT label_task, count(*) FROM frames WHERE length(label_task) > 0 GROUP BY 1"
        with self._using() as connection:
            return {} if absent_columns(connection) else dict(connection.execute(query).fetchall())

    def since(self, number: int) -> Waiting:
        """Return how many frames came after a row, and the number of the row that came last.

        Rows are numbered in the order of arrival, independent of clocks; a removed row's number is
        never used again. If the file was replaced, numbers start again: `number` is above all of
        them then, and all frames count as new.

        Args:
            number: number of a row; 0: count all.

        Raises:
            ReplayBufferError: the file cannot be read.
        """
        with self._using() as connection:
            # Not max(id), which falls when the last row is removed, as if the file were replaced.
            newest = connection.execute(
                "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'frames'"
            ).fetchone()[0]
            frames = connection.execute(
                "SELECT count(*) FROM frames WHERE id > ?", (number if newest >= number else 0,)
            ).fetchone()[0]
        return Waiting(frames, newest)

    def newest(self, count: int, *, last: int, labelled: int = 0) -> list[ReplayFrame]:
        """Return `count` frames up to row `last`, in the order of arrival.

        Args:
            count: most frames.
            last: number of the newest row.
            labelled: most frames with a person's label map that are taken whatever their age.

        Raises:
            ReplayBufferError: the file cannot be read.
        """
        with self._using() as connection:
            first = "NULL" if absent_columns(connection) else _LABELLED
            rows = connection.execute(
                f"{self._select(connection)} WHERE id IN (SELECT id FROM frames WHERE id <= :last "  # noqa: S608
                f"ORDER BY {first} DESC, id DESC LIMIT :count) ORDER BY id",
                {"last": last, "count": count, "labelled": labelled},
            ).fetchall()
        return [_frame(row) for row in rows]

    def glimpses(self, count: int, *, last: int) -> list[Glimpse]:
        """Return glimpses of the newest `count` frames up to row `last`, the newest first.

        Raises:
            ReplayBufferError: the file cannot be read.
        """
        columns = ", ".join(Glimpse._fields)
        query = f"SELECT {columns} FROM frames WHERE id <= ? ORDER BY id DESC LIMIT ?"  # noqa: S608
        with self._using() as connection:
            return [Glimpse(*row) for row in connection.execute(query, (last, count))]

    def request_ids(self) -> list[str]:
        """Return the request_id of each frame, in the order of arrival.

        Raises:
            ReplayBufferError: the file cannot be read.
        """
        with self._using() as connection:
            rows = connection.execute("SELECT request_id FROM frames ORDER BY id").fetchall()
        return [request_id for (request_id,) in rows]

    def count(self, start_ns: int, end_ns: int) -> int:
        """Return the number of frames of `start_ns <= received_ns < end_ns`.

        Raises:
            ReplayBufferError: the file cannot be read.
        """
        query = "SELECT count(*) FROM frames WHERE received_ns >= ? AND received_ns < ?"
        with self._using() as connection:
            return int(connection.execute(query, (start_ns, end_ns)).fetchone()[0])

    def read(self, start_ns: int, end_ns: int, *, skip: int = 0) -> Iterator[ReplayFrame]:
        """Yield the frames of `start_ns <= received_ns < end_ns`, in the order of arrival.

        One frame is in memory at a time; frames may be added and removed meanwhile.

        Args:
            start_ns: start of the range of `received_ns`, inclusive.
            end_ns: end of the range, exclusive.
            skip: number of first frames to leave out.

        Raises:
            ReplayBufferError: the file cannot be read.
        """
        with self._using() as connection:
            numbers = connection.execute(
                "SELECT id FROM frames WHERE received_ns >= ? AND received_ns < ? ORDER BY id",
                (start_ns, end_ns),
            ).fetchall()
        for number in numbers[skip:]:
            with self._using() as connection:
                query = f"{self._select(connection)} WHERE id = ?"
                row = connection.execute(query, number).fetchone()
            if row is not None:
                yield _frame(row)

    def close(self) -> None:
        """Close the file; later calls of other methods raise ReplayBufferError."""
        with self._lock:
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.close()

    def _open(
        self, path: str | Path, *, mode: str, prepare: Callable[[sqlite3.Connection], None]
    ) -> None:
        self.path = Path(path)
        self._lock = threading.Lock()
        self._connection = None
        with self._telling():
            connection = sqlite3.connect(
                f"{self.path.absolute().as_uri()}?mode={mode}",
                uri=True,
                isolation_level=None,
                check_same_thread=False,
                timeout=_BUSY_S,
            )
            try:
                prepare(connection)
            except BaseException:
                connection.close()
                raise
        self._connection = connection

    def _check(self, connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA query_only = ON")
        check_tables(connection, self.path)

    def _find(self, connection: sqlite3.Connection, request_id: str) -> ReplayFrame | None:
        query = f"{self._select(connection)} WHERE request_id = ?"
        row = connection.execute(query, (request_id,)).fetchone()
        return None if row is None else _frame(row)

    @staticmethod
    def _select(connection: sqlite3.Connection) -> str:
        absent = absent_columns(connection)  # of an older schema, which only a writer upgrades
        names = [absent.get(name, name) for name in COLUMNS]
        return f"SELECT {', '.join(names)} FROM frames"  # noqa: S608 (our own field names)

    @contextmanager
    def _using(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._telling():
            if self._connection is None:
                raise ReplayBufferError(f"{self.path}: the replay buffer is closed")
            yield self._connection

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Turn errors of SQLite into ReplayBufferError, with a line of advice."""
        try:
            yield
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            advice = _ADVICE.get(code, "look at the file and its disk")
            raise ReplayBufferError(f"{self.path}: {error}; {advice}") from error


def _frame(row: tuple) -> ReplayFrame:
    fields = dict(zip(COLUMNS, row, strict=True))
    return ReplayFrame(**fields | {"held_out": bool(fields["held_out"])})
