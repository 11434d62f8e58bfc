"""The replay buffer: uploaded frames with the cloud's answers, kept on disk for training.

One SQLite file in WAL mode. `append` returns once the frame is on the disk (synchronous=FULL), so
that an answered frame survives a killed process and a power cut. The oldest frames are removed
when a bound of the buffer is exceeded; training only reads (`ReplayReader`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path
from typing import IO, Final

from laecips_edge.core.atomic_files import lock_file

from laecips_cloud.replay_buffer.held_out_truth import truth_among
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

_OLDEST: Final = "(SELECT id FROM frames WHERE length(human_label_map) = 0 {} ORDER BY id LIMIT 1)"
_REMOVE: Final = (
    f"DELETE FROM frames WHERE id = coalesce({_OLDEST.format('AND length(label_task) = 0')}, "  # noqa: S608
    f"{_OLDEST.format('')}, (SELECT min(id) FROM frames))"
)
"""Removes a frame without a person's label that is in no task; else one that is; else any."""


class ReplayBuffer(ReplayReader):
    """The frames on disk, to read and write. Safe for several threads.

    Example:
        buffer = ReplayBuffer("replay.sqlite", classes=("belt", "part"), max_bytes=1 << 30)
        kept = buffer.append(frame)  # `frame`, or an earlier one with the same request_id
    """

    def __init__(
        self,
        path: str | Path,
        *,
        classes: Sequence[str],
        max_frames: int = 5000,
        max_bytes: int = 2 << 30,
        sole: bool = False,
    ) -> None:
        """Open the file; make it if it does not exist.

        Args:
            path: the file; SQLite keeps two more files beside it while it is open.
            classes: names, in the order of the labels; all frames of a file have the same classes.
            max_frames: most frames to keep, at least 1.
            max_bytes: most bytes of frames (`ReplayFrame.size`) to keep, at least 1. The file
                itself is somewhat larger and does not shrink.
            sole: refuse a second opener with `sole`: two clouds would each remove what the other
                keeps, by their own bounds.

        Raises:
            ReplayBufferError: the file is not a replay buffer, was written by another version or
                for other classes, or cannot be opened, made or written; or it is open with `sole`.
        """
        if max_frames < 1 or max_bytes < 1:
            raise ReplayBufferError(
                f"replay buffer: max_frames is {max_frames} and max_bytes {max_bytes}, "
                "both must be at least 1"
            )
        self._max_frames, self._max_bytes = max_frames, max_bytes
        self._classes = tuple(classes)
        # A file beside it: SQLite loses its locks where a process closes another descriptor.
        self._sole = _sole_lock(Path(path)) if sole else None
        try:
            self._open(path, mode="rwc", prepare=self._prepare)
        except BaseException:
            self._release()
            raise

    def close(self) -> None:
        """Close the file; later calls of other methods raise ReplayBufferError."""
        super().close()
        self._release()

    def append(self, frame: ReplayFrame) -> ReplayFrame:
        """Store a frame on the disk, and remove the oldest frames until the bounds hold.

        Args:
            frame: the frame.

        Returns:
            The frame itself, or the stored one if an earlier frame has the same request_id.

        Raises:
            ReplayBufferError: the frame is above `max_bytes`, only frames that cost people work
                could leave for it, or the disk is full or fails; the buffer is unchanged.
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
            number = connection.execute(_INSERT, (frame.size, *astuple(frame))).lastrowid
            self._shrink(connection)
            if not connection.execute("SELECT 1 FROM frames WHERE id = ?", (number,)).fetchone():
                raise ReplayBufferError(
                    f"{self.path}: frames that people labelled and those of open tasks fill it; "
                    f"raise max_frames ({self._max_frames}) or max_bytes ({self._max_bytes}), or "
                    "close a task"
                )
        return frame

    def forget(self, before_ns: int, *, keep_labelled: bool = False) -> int:
        """Remove the frames of `received_ns < before_ns`, and overwrite their bytes in the file.

        Args:
            before_ns: see above.
            keep_labelled: whether frames that people labelled stay.

        Returns:
            The number of removed frames.

        Raises:
            ReplayBufferError: the file cannot be written.
        """
        with self._using() as connection:
            with _transaction(connection):
                gone = connection.execute(
                    "DELETE FROM frames WHERE received_ns < ? "
                    "AND NOT (? AND length(human_label_map) > 0)",
                    (before_ns, keep_labelled),
                ).rowcount
            if gone:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return gone

    def keep_human_labels(self, labels: Mapping[str, bytes]) -> None:
        """Store people's label maps, which replace their earlier ones; all or nothing.

        A label map closes the frame's task. One in four is held out as truth for the promotion
        gate, see `truth_among`; a frame that was once held out, or learnt from, stays so.

        Args:
            labels: PNG mono8 of the picture's size, by request_id; empty bytes delete a label map.

        Raises:
            ReplayBufferError: a frame is no longer in the buffer, or the file cannot be written.
        """
        with self._using() as connection, _transaction(connection):
            truth = self._new_truth(connection, [name for name, given in labels.items() if given])
            for request_id, label_map in labels.items():
                changed = connection.execute(
                    "UPDATE frames SET size = size + ? - length(human_label_map), "
                    "human_label_map = ?, held_out = held_out OR ?, label_task = '' "
                    "WHERE request_id = ?",
                    (len(label_map), label_map, request_id in truth, request_id),
                ).rowcount
                if not changed:
                    raise ReplayBufferError(
                        f"{self.path}: frame {request_id!r} was removed meanwhile; nothing was "
                        "imported, try again"
                    )

    def open_task(self, name: str, request_ids: Sequence[str]) -> None:
        """Mark frames that wait for a person, so that no other task offers them; all or nothing.

        Args:
            name: name of the labelling task, not empty.
            request_ids: its frames.

        Raises:
            ReplayBufferError: a task of this name is open, a frame was removed or is in another
                task, or the file cannot be written.
        """
        if name in self.open_tasks():
            raise ReplayBufferError(
                f"{self.path}: task {name!r} is open already; choose another folder, or close it"
            )
        with self._using() as connection, _transaction(connection):
            for request_id in request_ids:
                changed = connection.execute(
                    "UPDATE frames SET label_task = ? WHERE request_id = ? AND label_task = ''",
                    (name, request_id),
                ).rowcount
                if not changed:
                    raise ReplayBufferError(
                        f"{self.path}: frame {request_id!r} was removed, or taken by another task "
                        "meanwhile; nothing was marked, try again"
                    )

    def close_task(self, name: str) -> int:
        """Free the frames of a task that still wait for a person.

        Returns:
            The number of frames.

        Raises:
            ReplayBufferError: there is no such task, or the file cannot be written.
        """
        there = self.open_tasks()
        if name not in there:
            raise ReplayBufferError(
                f"{self.path}: no task {name!r} is open; open are: {', '.join(there) or 'none'}"
            )
        with self._using() as connection, _transaction(connection):
            return connection.execute(
                "UPDATE frames SET label_task = '' WHERE label_task = ?", (name,)
            ).rowcount

    def _release(self) -> None:
        if self._sole is not None:
            self._sole.close()

    def _new_truth(self, connection: sqlite3.Connection, request_ids: list[str]) -> set[str]:
        """Return which frames to hold out of those that people label for the first time."""
        labelled = connection.execute(
            "SELECT request_id FROM frames WHERE length(human_label_map) > 0"
        ).fetchall()
        before = {request_id for (request_id,) in labelled}
        arrival = dict(connection.execute("SELECT request_id, id FROM frames").fetchall())
        new = [name for name in request_ids if name in arrival and name not in before]
        new.sort(key=lambda name: arrival[name])
        return truth_among(new, before=len(before))

    def _prepare(self, connection: sqlite3.Connection) -> None:
        if not is_empty(connection):
            check_tables(connection, self.path)
            self._require_same_classes(connection)
        # Zeros overwrite what is removed; SQLite's default differs from build to build.
        connection.execute("PRAGMA secure_delete = ON")
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
                f"{self.path}: keeps label maps of the classes {', '.join(kept)}, the bundles have "
                f"{', '.join(self._classes)}; give another path"
            )

    def _shrink(self, connection: sqlite3.Connection) -> None:
        """Remove frames until both bounds hold: the oldest, those that cost people work last."""
        while True:
            frames, size = connection.execute("SELECT frames, bytes FROM totals").fetchone()
            if frames <= self._max_frames and size <= self._max_bytes:
                return
            connection.execute(_REMOVE)


def _sole_lock(path: Path) -> IO[bytes]:
    beside = path.with_name(f"{path.name}.lock")
    try:
        lock = lock_file(beside)
    except OSError as error:
        raise ReplayBufferError(
            f"{beside}: cannot be made: {error.strerror}; check that its folder exists and can be "
            "written"
        ) from error
    if lock is None:
        raise ReplayBufferError(
            f"{path}: another cloud node uses it; stop that one, or give this one another "
            "buffer_path"
        )
    return lock


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # After some errors, such as a full disk, SQLite has already rolled back.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
