"""Watches a replay buffer that may not exist yet, and may be replaced by a new file."""

from __future__ import annotations

from pathlib import Path

from laecips_cloud.replay_buffer.reader import ReplayReader
from laecips_cloud.replay_buffer.replay_frame import Glimpse, HumanLabels, Waiting
from laecips_cloud.replay_buffer.schema import ReplayBufferError


class ReplayWatch:
    """Counts the new frames of a replay buffer; never raises. For one thread.

    Args:
        path: the replay buffer's file.

    Attributes:
        problem: why the last `since` could not read the file; empty if it could, or if there is
            no file yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problem = ""
        self._reader: ReplayReader | None = None
        self._file = (0, 0)

    def since(self, number: int) -> Waiting | None:
        """Return `ReplayReader.since(number)`; None if there is no readable buffer."""
        self.problem = ""
        try:
            status = self.path.stat()
        except FileNotFoundError:
            self.close()
            return None
        except OSError as error:
            self.close()
            self.problem = f"{self.path}: {error.strerror}; make it readable for this user"
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
            # An empty file is one that the cloud node is about to fill.
            self.problem = str(error) if status.st_size else ""
            return None

    def human_labels(self) -> HumanLabels:
        """Return `ReplayReader.human_labels()` of the file that the last `since` read, or zeros."""
        try:
            return HumanLabels(0, 0) if self._reader is None else self._reader.human_labels()
        except ReplayBufferError:
            return HumanLabels(0, 0)  # the next `since` says why

    def glimpses(self, count: int, *, last: int) -> list[Glimpse]:
        """Return `ReplayReader.glimpses()` of the file that the last `since` read, or none."""
        try:
            return [] if self._reader is None else self._reader.glimpses(count, last=last)
        except ReplayBufferError:
            return []  # the next `since` says why

    def close(self) -> None:
        """Close the file; the next `since` opens it again."""
        if self._reader is not None:
            self._reader.close()
        self._reader, self._file = None, (0, 0)
