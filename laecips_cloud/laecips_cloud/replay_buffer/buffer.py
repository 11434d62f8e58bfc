"""The replay buffer: what the cloud has answered, kept on disk for training.

One SQLite file in WAL mode. `append` returns once the frame is on the disk (synchronous=FULL), so
what was acknowledged survives a killed process and a power cut. Nobody empties the buffer: the
oldest frames leave when there are too many or they are too large, and training only reads
(`ReplayReader`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path
from typing import Final

from laecips_cloud.replay_buffer.reader import COLUMNS, ReplayReader
from laecips_cloud.replay_buffer.replay_frame import ReplayFrame
from laecips_cloud.replay_buffer.schema import (
    ReplayBufferError,
    check_tables,
    create_tables,
    is_empty,
    read_classes,
    upgrade_tables,
)

_WAL_LIMIT_BYTES: Final = 64 << 20
_INSERT: Final = (
    f"INSERT INTO frames (size, {', '.join(COLUMNS)}) "  # noqa: S608 (our own field names)
    f"VALUES ({', '.join('?' * (1 + len(COLUMNS)))})"
)


class ReplayBuffer(ReplayReader):
    """The frames on disk, for whoever answers them. Safe for several threads.

    Example:
        buffer = ReplayBuffer("replay.sqlite", classes=("belt", "part"), max_bytes=1 << 30)
        kept = buffer.append(frame)  # `frame`, or what was kept under its request_id before
    """

    def __init__(
        self,
        path: str | Path,
        *,
        classes: Sequence[str],
        max_frames: int = 5000,
        max_bytes: int = 2 << 30,
    ) -> None:
        """Opens the file, or makes it where there is none.

        Args:
            path: the file; SQLite keeps two more beside it while it is open.
            classes: names, in the order of the labels; a file keeps frames of one list only.
            max_frames: how many frames are kept, at least 1.
            max_bytes: how many bytes of them (`ReplayFrame.size`), at least 1. The file itself is
                somewhat larger and does not shrink.

        Raises:
            ReplayBufferError: the file is something else, was written by another version or for
                other classes, or cannot be opened, made or written.
        """
        if max_frames < 1 or max_bytes < 1:
            raise ReplayBufferError(
                f"replay buffer: max_frames is {max_frames} and max_bytes {max_bytes}, "
                "both must be at least 1"
            )
        self._max_frames, self._max_bytes = max_frames, max_bytes
        self._classes = tuple(classes)
        self._open(path, mode="rwc", prepare=self._prepare)

    def append(self, frame: ReplayFrame) -> ReplayFrame:
        """Keeps a frame; once this returns, it is on the disk.

        Args:
            frame: the frame; the oldest ones leave until it fits.

        Returns:
            What is kept under the frame's request_id: the frame itself, or the one of before.

        Raises:
            ReplayBufferError: it does not fit, the disk is full or fails; nothing has changed then.
        """
        if frame.size > self._max_bytes:
            raise ReplayBufferError(
                f"{self.path}: a frame of {frame.size} bytes does not fit into max_bytes "
                f"{self._max_bytes}; raise max_bytes"
            )
        with self._using() as connection, _transaction(connection):
            known = self._find(connection, frame.request_id)
            if known is not None:
                return known
            connection.execute(_INSERT, (frame.size, *astuple(frame)))
            self._shrink(connection)
        return frame

    def forget(self, before_ns: int) -> int:
        """Removes the frames of `received_ns < before_ns`, so that nothing of them stays readable.

        Returns:
            How many there were.

        Raises:
            ReplayBufferError: the file cannot be written.
        """
        with self._using() as connection:
            connection.execute("PRAGMA secure_delete = ON")  # what is freed is overwritten
            try:
                with _transaction(connection):
                    gone = connection.execute(
                        "DELETE FROM frames WHERE received_ns < ?", (before_ns,)
                    ).rowcount
                if gone:
                    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                connection.execute("PRAGMA secure_delete = OFF")
        return gone

    def keep_human_labels(self, labels: Mapping[str, bytes]) -> None:
        """Keeps what people say of frames, in the place of what they said before; all or nothing.

        Args:
            labels: PNG mono8 of the picture's size by request_id; empty takes back.

        Raises:
            ReplayBufferError: a frame is not here any more, or the file cannot be written.
        """
        with self._using() as connection, _transaction(connection):
            for request_id, label_map in labels.items():
                changed = connection.execute(
                    "UPDATE frames SET size = size + ? - length(human_label_map), "
                    "human_label_map = ? WHERE request_id = ?",
                    (len(label_map), label_map, request_id),
                ).rowcount
                if not changed:
                    raise ReplayBufferError(
                        f"{self.path}: frame {request_id!r} has left meanwhile; nothing was "
                        "imported, try again"
                    )

    def _prepare(self, connection: sqlite3.Connection) -> None:
        if not is_empty(connection):
            check_tables(connection, self.path)
            self._require_same_classes(connection)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA journal_size_limit = {_WAL_LIMIT_BYTES}")
        with _transaction(connection):
            if is_empty(connection):
                create_tables(connection, self._classes)
            upgrade_tables(connection)
            self._shrink(connection)

    def _require_same_classes(self, connection: sqlite3.Connection) -> None:
        kept = read_classes(connection)
        if kept != self._classes:
            raise ReplayBufferError(
                f"{self.path}: keeps label maps of the classes {', '.join(kept)}, the bundles know "
                f"{', '.join(self._classes)}; give another path"
            )

    def _shrink(self, connection: sqlite3.Connection) -> None:
        """Lets the oldest frames go until both bounds hold."""
        while True:
            frames, size = connection.execute("SELECT frames, bytes FROM totals").fetchone()
            if frames <= self._max_frames and size <= self._max_bytes:
                return
            connection.execute("DELETE FROM frames WHERE id = (SELECT min(id) FROM frames)")


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # After some errors, a full disk among them, SQLite has rolled back by itself.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
