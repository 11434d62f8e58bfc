"""One file on its way to this machine, piece by piece, until its sha256 is right.

As much as has come lies in `<name>.part`; the next piece goes to its end. A process that starts
again goes on there. What a crash did to a part shows in its hash, and the file is fetched anew.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from laecips_edge.core.atomic_files import sha256_of
from laecips_edge.core.image.codecs import Buffer


class GarbageError(ValueError):
    """The server broke the protocol; one line says how. What came before is still good."""


class MismatchError(ValueError):
    """A file has come to its end and is not the one that was announced."""


@dataclass(frozen=True)
class Piece:
    """What to ask the server for.

    Attributes:
        file: its name.
        offset: first byte.
        length: most bytes wanted.
    """

    file: str
    offset: int
    length: int


class ResumableFile:
    """See the module. For one thread.

    Args:
        path: where the file belongs; its folder must be there.
        sha256: of the file, in hex.
        most_bytes: what the server gives as its size must not exceed this.
        here: a file of this machine that should be the same; it is copied, not fetched.

    Raises:
        OSError: the disk.
    """

    def __init__(
        self, path: Path, *, sha256: str, most_bytes: int, here: Path | None = None
    ) -> None:
        self.size: int | None = None
        """Bytes of the whole file, as the server says; None before it was asked."""
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
        # How long the file is, nobody here knows yet: its hash tells whether this was all of it.
        if self._from_before and sha256_of(self._part) == sha256:
            self._finish()

    def next(self, length: int) -> Piece:
        """What to ask for now, at most `length` bytes of it."""
        offset = self._part.stat().st_size if self._part.exists() else 0
        return Piece(self._path.name, offset, length)

    def add(self, piece: Piece, *, size: int, data: Buffer) -> None:
        """Take in what the server gave for a piece.

        Args:
            piece: the last that `next` gave.
            size: of the whole file.
            data: from the piece's offset on.

        Raises:
            GarbageError: that is no answer to the question; nothing was written.
            MismatchError: that was the end, and the file is not the announced one. It is removed.
            OSError: the disk. What was written of the piece is not asked for again.
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
        """Begin anew."""
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
