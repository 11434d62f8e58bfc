"""Looks at a replay buffer that may not be there yet, may come, and may be made anew."""

from __future__ import annotations

from pathlib import Path

from laecips_cloud.replay_buffer.reader import ReplayReader
from laecips_cloud.replay_buffer.replay_frame import Waiting
from laecips_cloud.replay_buffer.schema import ReplayBufferError


class ReplayWatch:
    """Counts what has come; never raises. For one thread.

    Args:
        path: the replay buffer's file.

    Attributes:
        problem: why it could not be read when it was looked at last; empty where it could, and
            where there is none yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problem = ""
        self._reader: ReplayReader | None = None
        self._file = (0, 0)

    def since(self, number: int) -> Waiting | None:
        """See `ReplayReader.since`; None where there is no buffer that can be read."""
        self.problem = ""
        try:
            status = self.path.stat()
        except OSError:
            self.close()
            return None
        if (status.st_dev, status.st_ino) != self._file:
            self.close()
        try:
            if self._reader is None:
                self._reader = ReplayReader(self.path)
                self._file = status.st_dev, status.st_ino
            return self._reader.since(number)
        except ReplayBufferError as error:
            self.close()
            # A file of no bytes is one that is being made.
            self.problem = str(error) if status.st_size else ""
            return None

    def close(self) -> None:
        """Lets go of the file; the next look opens it again."""
        if self._reader is not None:
            self._reader.close()
        self._reader, self._file = None, (0, 0)
