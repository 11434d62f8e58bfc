"""The spool: hard frames on disk that no cloud has answered, to teach from once there is one.

One SQLite file in WAL mode. What `add` has written survives a killed process. The spool is bounded
by bytes and by age; `spool_choice` says which frames stay.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from laecips_edge.core.spool.spool_choice import MAX_FRAMES, SpoolCandidate, SpoolChoice

_WAL_LIMIT_BYTES: Final = 8 << 20
_TABLE: Final = """
    CREATE TABLE IF NOT EXISTS frames (
        request_id TEXT PRIMARY KEY,
        spooled_s REAL NOT NULL,
        trust REAL,
        thumbnail BLOB NOT NULL,
        data BLOB NOT NULL
    )
    """
_CLOCK_SET_S: Final = 60.0
"""The clock was set, by NTP for example, if it differs by more from the time that has passed."""

_INSERT: Final = "INSERT OR REPLACE INTO frames VALUES (?, ?, ?, ?, ?)"


def _since_boot_s() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)  # goes on while the robot is suspended


class SpoolError(OSError):
    """The spool cannot be opened, read or written; the message names file and cause."""


@dataclass(frozen=True, kw_only=True)
class SpooledFrame:
    """A frame of the spool.

    Attributes:
        request_id: id of its request.
        data: the serialised request.
    """

    request_id: str
    data: bytes


class FrameSpool:
    """The frames on disk. Safe for several threads.

    Args:
        path: the file; its folder is created. A damaged file is moved to `<name>.damaged`.
        max_bytes: largest sum of the requests' bytes.
        max_age_s: seconds after which a frame is dropped.
        max_frames: largest number of frames.
        now: seconds since the epoch. A robot without a clock battery learns them when it has a
            network: frames of this process keep their age then.
        steady: seconds that nobody sets.

    Attributes:
        dropped: frames dropped for others or for their age since the spool was opened.
        moved: where a damaged file was moved; None if the file was sound.

    Raises:
        SpoolError: the file cannot be opened or made.
    """

    def __init__(
        self,
        path: Path,
        *,
        max_bytes: int,
        max_age_s: float,
        max_frames: int = MAX_FRAMES,
        now: Callable[[], float] = time.time,
        steady: Callable[[], float] = _since_boot_s,
    ) -> None:
        self.path = path
        self.dropped = 0
        self.moved: Path | None = None
        self._max_age_s = max_age_s
        self._now = now
        self._steady = steady
        self._opened_s = now()
        self._offset_s = self._opened_s - steady()
        self._lock = threading.Lock()
        self._choice = SpoolChoice(max_bytes, max_frames=max_frames)
        with self._errors():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = self._opened()
            self._read()

    @property
    def totals(self) -> tuple[int, int]:
        """Number of frames, and their bytes."""
        with self._lock:
            return len(self._choice), self._choice.bytes

    def add(self, request_id: str, data: bytes, *, trust: float, thumbnail: bytes) -> bool:
        """Store a frame, and drop others while the bounds are exceeded.

        Args:
            request_id: id of the request; an earlier frame of this id is replaced.
            data: the serialised request.
            trust: h's output in [0, 1], or nan.
            thumbnail: as in `HardFrameRequest`, to compare pictures.

        Returns:
            Whether the frame is on the disk; False if all others are worth more.

        Raises:
            SpoolError: the disk is full or fails; the spool is unchanged.
        """
        frame = SpoolCandidate(key=request_id, trust=trust, thumbnail=thumbnail, size=len(data))
        with self._errors(), self._lock:
            before = self._choice.kept
            gone = self._choice.add(frame)
            try:
                with self._connection as connection:
                    self._follow_clock(connection)
                    connection.executemany(
                        "DELETE FROM frames WHERE request_id = ?", [(key,) for key in gone]
                    )
                    if request_id not in gone:
                        row = (request_id, self._now(), trust, thumbnail, data)
                        connection.execute(_INSERT, row)
            except sqlite3.Error:
                self._choice.remove(request_id)
                for each in before:
                    if each.key in (*gone, request_id):
                        self._choice.add(each)
                raise
            self.dropped += len(gone)
        return request_id not in gone

    def next(self) -> SpooledFrame | None:
        """Return the least trusted frame, of equals the oldest; None if there is none.

        Raises:
            SpoolError: the file cannot be read or written.
        """
        self._forget_old()
        with self._errors(), self._lock:
            # nan, which SQLite stores as NULL, comes first.
            row = self._connection.execute(
                "SELECT request_id, data FROM frames ORDER BY trust, spooled_s LIMIT 1"
            ).fetchone()
        return None if row is None else SpooledFrame(request_id=row[0], data=row[1])

    def remove(self, request_id: str) -> None:
        """Remove a frame, if it is there.

        Raises:
            SpoolError: the file cannot be written.
        """
        with self._errors(), self._lock, self._connection as connection:
            connection.execute("DELETE FROM frames WHERE request_id = ?", (request_id,))
            self._choice.remove(request_id)

    def close(self) -> None:
        """Close the file; the frames stay in it."""
        with self._lock:
            self._connection.close()

    def _follow_clock(self, connection: sqlite3.Connection) -> None:
        """Move the times of this process's frames with a clock that was set."""
        expected_s = self._steady() + self._offset_s
        step_s = self._now() - expected_s
        if abs(step_s) > _CLOCK_SET_S:
            connection.execute(
                "UPDATE frames SET spooled_s = spooled_s + ? WHERE spooled_s BETWEEN ? AND ?",
                (step_s, self._opened_s, expected_s),
            )
            self._opened_s += step_s
        self._offset_s += step_s

    def _forget_old(self) -> None:
        with self._errors(), self._lock, self._connection as connection:
            self._follow_clock(connection)
            oldest_s = self._now() - self._max_age_s
            gone = connection.execute(
                "DELETE FROM frames WHERE spooled_s < ? RETURNING request_id", (oldest_s,)
            ).fetchall()
            for (request_id,) in gone:
                self._choice.remove(request_id)
            self.dropped += len(gone)

    def _opened(self) -> sqlite3.Connection:
        try:
            return self._connect()
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            # The frames in it are lost; the robot must be able to spool others.
            self.moved = self.path.with_name(f"{self.path.name}.damaged")
            os.replace(self.path, self.moved)
            for suffix in ("-wal", "-shm"):
                with suppress(FileNotFoundError):
                    self.path.with_name(self.path.name + suffix).unlink()
            return self._connect()

    def _connect(self) -> sqlite3.Connection:
        os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))  # pictures are nobody else's
        connection = sqlite3.connect(self.path, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute(f"PRAGMA journal_size_limit = {_WAL_LIMIT_BYTES}")
            (result,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if result != "ok":
                raise sqlite3.DatabaseError(result)
            connection.execute(_TABLE)
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _read(self) -> None:
        """Read the frames of an earlier process; drop what lower bounds no longer hold."""
        rows = self._connection.execute(
            "SELECT request_id, ifnull(trust, 0.0), thumbnail, length(data) FROM frames "
            "ORDER BY spooled_s"
        ).fetchall()
        gone: list[str] = []
        for request_id, trust, thumbnail, size in rows:
            frame = SpoolCandidate(key=request_id, trust=trust, thumbnail=thumbnail, size=size)
            gone += self._choice.add(frame)
        with self._connection as connection:
            connection.executemany(
                "DELETE FROM frames WHERE request_id = ?", [(key,) for key in gone]
            )
        self.dropped += len(gone)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise SpoolError(f"{self.path}: {error}") from error
