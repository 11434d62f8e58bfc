"""Reads the replay buffer's file, also while the cloud node writes it: all that training may do."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Final, Literal

from laecips_cloud.replay_buffer.replay_frame import Group, ReplayFrame, TimeBlock, Waiting
from laecips_cloud.replay_buffer.schema import (
    ReplayBufferError,
    check_tables,
    has_human_labels,
    read_classes,
)

COLUMNS: Final = tuple(field.name for field in fields(ReplayFrame))

_BUSY_S: Final = 10.0
_ADVICE: Final = {
    sqlite3.SQLITE_FULL: "the disk is full: make room on it or lower max_bytes",
    sqlite3.SQLITE_IOERR: "the disk is full or fails: make room on it or lower max_bytes",
    sqlite3.SQLITE_NOTADB: "it is not a replay buffer: give another path",
    sqlite3.SQLITE_CORRUPT: "it is damaged: move it away, a new one will be made",
    sqlite3.SQLITE_CANTOPEN: "is its folder there, and may it be written?",
    sqlite3.SQLITE_READONLY: "it may not be written: change its permissions or give another path",
    sqlite3.SQLITE_BUSY: "another process keeps it locked: end that one",
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
        """Opens an existing file.

        Raises:
            ReplayBufferError: there is no such file, it is something else, or it was written by
                another version.
        """
        # Not mode=ro: a reader of a WAL file must be able to make the file beside it.
        self._open(path, mode="rw", prepare=self._check)

    def find(self, request_id: str) -> ReplayFrame | None:
        """Looks up what is kept under a request_id.

        Raises:
            ReplayBufferError: the file cannot be read.
        """
        with self._using() as connection:
            return self._find(connection, request_id)

    def totals(self) -> tuple[int, int]:
        """How many frames and bytes are kept.

        Raises:
            ReplayBufferError: the file cannot be read.
        """
        with self._using() as connection:
            frames, size = connection.execute("SELECT frames, bytes FROM totals").fetchone()
        return frames, size

    def classes(self) -> tuple[str, ...]:
        """What the labels of the label maps mean, in their order.

        Raises:
            ReplayBufferError: the file cannot be read.
        """
        with self._using() as connection:
            return read_classes(connection)

    def blocks(self, duration_ns: int) -> list[TimeBlock]:
        """Cuts what is kept into blocks of time, oldest first; empty stretches are left out.

        Args:
            duration_ns: of a block, at least 1.

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
        """Counts what is kept by robot, by why it was sent, or by version of f.

        Raises:
            ReplayBufferError: the file cannot be read.
        """
        query = f"SELECT {column}, count(*), sum(size) FROM frames GROUP BY 1 ORDER BY 1"  # noqa: S608
        with self._using() as connection:
            rows = connection.execute(query).fetchall()
        return [Group(str(value), frames, size) for value, frames, size in rows]

    def human_labels(self) -> int:
        """How many frames people have labelled.

        Raises:
            ReplayBufferError: the file cannot be read.
        """
        query = "SELECT count(*) FROM frames WHERE length(human_label_map) > 0"
        with self._using() as connection:
            if not has_human_labels(connection):
                return 0
            return int(connection.execute(query).fetchone()[0])

    def since(self, number: int) -> Waiting:
        """What came after the row of a number. Rows are numbered as they come, whatever the clocks
        say; in a file that was made anew the count begins again, and everything is new.

        Raises:
            ReplayBufferError: the file cannot be read.
        """
        query = "SELECT count(*), max(id) FROM frames WHERE id > ?"
        with self._using() as connection:
            newest = connection.execute("SELECT max(id) FROM frames").fetchone()[0] or 0
            after = number if newest >= number else 0
            frames, _ = connection.execute(query, (after,)).fetchone()
        return Waiting(frames, newest)

    def newest(self, count: int, *, last: int) -> list[ReplayFrame]:
        """The `count` newest frames up to the row of a number, in the order they came.

        Raises:
            ReplayBufferError: the file cannot be read.
        """
        with self._using() as connection:
            rows = connection.execute(
                f"{self._select(connection)} WHERE id <= ? ORDER BY id DESC LIMIT ?", (last, count)
            ).fetchall()
        return [_frame(row) for row in reversed(rows)]

    def request_ids(self) -> list[str]:
        """Of all frames that are kept, in the order they came.

        Raises:
            ReplayBufferError: the file cannot be read.
        """
        with self._using() as connection:
            rows = connection.execute("SELECT request_id FROM frames ORDER BY id").fetchall()
        return [request_id for (request_id,) in rows]

    def count(self, start_ns: int, end_ns: int) -> int:
        """How many frames there are of `start_ns <= received_ns < end_ns`.

        Raises:
            ReplayBufferError: the file cannot be read.
        """
        query = "SELECT count(*) FROM frames WHERE received_ns >= ? AND received_ns < ?"
        with self._using() as connection:
            return int(connection.execute(query, (start_ns, end_ns)).fetchone()[0])

    def read(self, start_ns: int, end_ns: int, *, skip: int = 0) -> Iterator[ReplayFrame]:
        """Reads the frames of `start_ns <= received_ns < end_ns`, in the order they were kept,
        without the first `skip`.

        One frame is in memory at a time; frames may come and leave meanwhile.

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
        """Closes the file; what is called later raises ReplayBufferError. Closing twice is fine."""
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
        names = list(COLUMNS)
        if not has_human_labels(connection):  # of before; to bring it up is the writer's
            names[names.index("human_label_map")] = "x''"
        return f"SELECT {', '.join(names)} FROM frames"  # noqa: S608 (our own field names)

    @contextmanager
    def _using(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._telling():
            if self._connection is None:
                raise ReplayBufferError(f"{self.path}: the replay buffer is closed")
            yield self._connection

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Says in one line what SQLite could not do, and what to do about it."""
        try:
            yield
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            advice = _ADVICE.get(code, "look at the file and its disk")
            raise ReplayBufferError(f"{self.path}: {error}; {advice}") from error


def _frame(row: tuple) -> ReplayFrame:
    return ReplayFrame(**dict(zip(COLUMNS, row, strict=True)))
