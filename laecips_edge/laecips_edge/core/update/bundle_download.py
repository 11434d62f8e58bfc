"""Download the files of one bundle: first its manifest, then the files that the manifest names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from laecips_edge.core.bundle.bundle import FILES, MANIFEST
from laecips_edge.core.bundle.manifest import BundleError, Manifest
from laecips_edge.core.image.codecs import Buffer
from laecips_edge.core.link.resumable_file import GarbageError, MismatchError, Piece, ResumableFile

__all__ = ["BundleDownload", "GarbageError", "MismatchError", "Piece"]

MOST_MANIFEST_BYTES = 1 << 20


class BundleDownload:
    """The download of one bundle into a folder of its own. For one thread.

    Args:
        folder: the folder; made if missing. It may hold files that an earlier process fetched.
        manifest_sha256: sha256 of manifest.json, 64 hex digits.
        most_bytes: announced size of all files together, in bytes.
        find: returns a local file with a given sha256, or None.
        check: called with the fetched manifest; raises BundleError to refuse the bundle.
    """

    def __init__(
        self,
        folder: Path,
        *,
        manifest_sha256: str,
        most_bytes: int,
        find: Callable[[str], Path | None],
        check: Callable[[Manifest], None],
    ) -> None:
        self.folder = folder
        self._most_bytes = most_bytes
        self._find = find
        self._check = check
        self._hashes = {MANIFEST: manifest_sha256}
        self._manifest: Manifest | None = None
        self._file: ResumableFile | None = None
        self._waiting = [MANIFEST, *FILES]

    def next(self, length: int) -> Piece | None:
        """Return the next piece to request.

        Args:
            length: largest size of the piece, in bytes.

        Returns:
            The piece; None once the bundle is complete.

        Raises:
            BundleError: the manifest cannot be read, or `check` refuses it.
            OSError: a file cannot be read or written.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        while self._waiting:
            name = self._waiting[0]
            if self._file is None:
                self._file = self._transfer(name)
            if not self._file.complete:
                return self._file.next(length)
            if name == MANIFEST:
                self._read_manifest()
            self._most_bytes -= (self.folder / name).stat().st_size
            del self._waiting[0]
            self._file = None
        return None

    def add(self, piece: Piece, *, size: int, data: Buffer) -> None:
        """Add the server's answer to the piece that `next` returned last.

        Arguments and errors are those of `ResumableFile.add`.
        """
        if self._file is not None:
            self._file.add(piece, size=size, data=data)

    def discard(self) -> None:
        """Drop the part of the current file that was fetched; it is fetched from the start."""
        if self._file is not None:
            self._file.discard()

    def _transfer(self, name: str) -> ResumableFile:
        limit = self._most_bytes
        return ResumableFile(
            self.folder / name,
            sha256=self._hashes[name],
            most_bytes=min(limit, MOST_MANIFEST_BYTES) if name == MANIFEST else limit,
            here=self._find(self._hashes[name]),
        )

    def _read_manifest(self) -> None:
        text = (self.folder / MANIFEST).read_bytes().decode(errors="replace")
        manifest = Manifest.from_json(text)
        self._check(manifest)
        # Only these names are fetched: a name from outside must not become a path.
        if missing := [name for name in FILES if name not in manifest.files]:
            raise BundleError(f"manifest: no sha256 of {', '.join(missing)}; export it again")
        self._hashes |= {name: manifest.files[name] for name in FILES}
