"""The files of one bundle on their way: first its manifest, then what the manifest names."""

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
    """Puts a bundle together in a folder, which belongs to this manifest alone. For one thread.

    Args:
        folder: made where there is none; with what an earlier process has fetched.
        manifest_sha256: of its manifest.json.
        most_bytes: of all files together, as announced.
        find: a file of this machine with that sha256, or None.
        check: called with the manifest once it is here; BundleError refuses the bundle.
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
        """What to ask for now, at most `length` bytes; None once the bundle is complete.

        Raises:
            BundleError: the manifest is none, or `check` refuses it.
            OSError: the disk.
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
        """Take in what the server gave for the last `next`; see `ResumableFile.add`."""
        if self._file is not None:
            self._file.add(piece, size=size, data=data)

    def discard(self) -> None:
        """Begin the file in work anew."""
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
        # Only these: a name from outside must not become a path.
        if missing := [name for name in FILES if name not in manifest.files]:
            raise BundleError(f"manifest: no sha256 of {', '.join(missing)}; export it again")
        self._hashes |= {name: manifest.files[name] for name in FILES}
