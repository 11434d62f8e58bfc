"""Download the files of one bundle: first its manifest, then the files that the manifest names.

Where the weights are a change of weights that are here, their delta is fetched in the place of the
file. It is trusted with nothing: unless it makes the file whose sha256 is the manifest's, the file
itself is fetched.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from laecips_edge.core.atomic_files import write_whole
from laecips_edge.core.bundle.bundle import DELTA, FILES, INT8, MANIFEST, MORE, WEIGHTS
from laecips_edge.core.bundle.manifest import BundleError, Manifest
from laecips_edge.core.bundle.weights_delta import apply_delta
from laecips_edge.core.image.codecs import Buffer
from laecips_edge.core.transfer.resumable_file import (
    GarbageError,
    MismatchError,
    Piece,
    ResumableFile,
)

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
        self._base: Path | None = None
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
            elif name == DELTA:
                self._apply_delta()
            self._most_bytes -= (self.folder / name).stat().st_size
            del self._waiting[0]
            self._file = None
        (self.folder / DELTA).unlink(missing_ok=True)
        return None

    def add(self, piece: Piece, *, size: int, data: Buffer) -> None:
        """Add the server's answer to the piece that `next` returned last.

        Arguments and errors are those of `ResumableFile.add`; with a delta that is wrong, the
        weights themselves are next; without a right file of int8 ranges the bundle is complete.
        """
        if self._file is None:
            return
        try:
            self._file.add(piece, size=size, data=data)
        except (GarbageError, MismatchError):
            if not self.skip(piece.file):
                raise

    def skip(self, name: str) -> bool:
        """Go on without a file if the bundle does not need it; return whether that is so."""
        if name not in (DELTA, INT8) or self._waiting[:1] != [name]:
            return False
        self.discard()
        del self._waiting[0]
        self._file = None
        return True

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
        more = [name for name in MORE if name in manifest.files]
        self._hashes |= {name: manifest.files[name] for name in more}
        self._waiting += more
        self._base = self._base_of(manifest)
        if self._base is not None:
            self._hashes[DELTA] = manifest.files[DELTA]
            self._waiting.insert(self._waiting.index(WEIGHTS), DELTA)

    def _base_of(self, manifest: Manifest) -> Path | None:
        """Return the weights that the delta changes; None if there is no use for a delta."""
        begun = (self.folder / WEIGHTS).exists() or (self.folder / f"{WEIGHTS}.part").exists()
        if begun or DELTA not in manifest.files or self._find(manifest.files[WEIGHTS]) is not None:
            return None
        return self._find(manifest.delta_of)

    def _apply_delta(self) -> None:
        """Make the weights; what is wrong with them their sha256 shows next."""
        if self._base is None:
            return
        delta = (self.folder / DELTA).read_bytes()
        try:
            weights = apply_delta(self._base.read_bytes(), delta)
        except BundleError:
            return
        write_whole(self.folder / WEIGHTS, weights)
