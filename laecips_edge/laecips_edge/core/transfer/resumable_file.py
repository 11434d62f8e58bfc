"""Receive one file piece by piece, and check its sha256.

The received bytes are in `<name>.part`; the next piece is appended. A restarted process resumes
there. If a crash has damaged the part, the sha256 does not match and the file is fetched again.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from laecips_edge.core.atomic_files import sha256_of
from laecips_edge.core.image.codecs import Buffer


class GarbageError(ValueError):
    """The server broke the protocol; the message is one line. The earlier bytes are still good."""


class MismatchError(ValueError):
    """A complete file is not the announced one."""


@dataclass(frozen=True)
class Piece:
    """A piece of a file to request from the server.

    Attributes:
        file: name of the file.
        offset: offset of the first byte.
        length: largest number of bytes.
    """

    file: str
    offset: int
    length: int


class ResumableFile:
    """The transfer of one file. For one thread.

    Args:
        path: path of the complete file; its folder must exist.
        sha256: sha256 of the file, 64 hex digits.
        most_bytes: largest size of the file that is accepted from the server.
        here: a local file that should be equal; it is copied, not fetched.

    Raises:
        OSError: a file cannot be read or written.
    """

    def __init__(
        self, path: Path, *, sha256: str, most_bytes: int, here: Path | None = None
    ) -> None:
        self.size: int | None = None
        """Size of the whole file as given by the server; None before the first answer."""
        self._path = path
        self._part = path.with_name(f"{path.name}.part")
        self._sha256 = sha256
        self._most_bytes = most_bytes
        if path.exists() and sha256_of(path) != sha256:
            path.unlink()
        self.complete = path.exists()
        if not self.complete and not self._part.exists() and here is not None:
            shutil.copyfile(here, self._part)
        self._from_before = not self.complete and self._part.exists()
        # The size of the file is not known yet: the hash shows whether the part is complete.
        if self._from_before and sha256_of(self._part) == sha256:
            self._finish()

    def next(self, length: int) -> Piece:
        """Return the next piece to request, of at most `length` bytes."""
        offset = self._part.stat().st_size if self._part.exists() else 0
        return Piece(self._path.name, offset, length)

    def add(self, piece: Piece, *, size: int, data: Buffer) -> None:
        """Append the server's answer to a piece.

        Args:
            piece: the piece that `next` returned last.
            size: size of the whole file in bytes, as given by the server.
            data: the bytes from the piece's offset on.

        Raises:
            GarbageError: the answer does not fit the request; nothing was written.
            MismatchError: the file is complete and not the announced one; it was removed.
            OSError: the file cannot be written. The written bytes are not requested again.
        """
        name, end = piece.file, piece.offset + len(data)
        if self.size not in (None, size):
            raise GarbageError(f"{name}: has {size} bytes now, {self.size} before")
        if size > self._most_bytes:
            raise GarbageError(f"{name}: has {size} bytes, more than the {self._most_bytes} left")
        if len(data) > piece.length or end > size or (not len(data) and end < size):
            raise GarbageError(
                f"{name}: {len(data)} bytes came for {piece.length} from {piece.offset} on, "
                f"of {size}"
            )
        with self._part.open("ab") as file:
            file.write(data)
        self.size = size
        if end == size:
            self._close()

    def discard(self) -> None:
        """Remove the received bytes; the file is fetched from its start."""
        self._part.unlink(missing_ok=True)
        self.size, self._from_before = None, False

    def _close(self) -> None:
        found = sha256_of(self._part)
        if found == self._sha256:
            self._finish()
            return
        from_before = self._from_before
        self.discard()
        if not from_before:
            raise MismatchError(
                f"{self._path.name}: sha256 is {found[:12]}..., announced "
                f"{self._sha256[:12]}...; publish the bundle again"
            )

    def _finish(self) -> None:
        with self._part.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(self._part, self._path)
        self.complete = True
