"""What robots get from a library: the offer of a version, and its files in pieces."""

from __future__ import annotations

import hashlib
from pathlib import Path

from laecips_edge.core.bundle.bundle import DELTA, FILES, MANIFEST, MORE, BundleError
from laecips_edge.core.bundle.manifest import Manifest
from laecips_edge.core.link.model_update import (
    ModelOffer,
    PieceAnswer,
    PieceRequest,
    PieceStatus,
)

from laecips_cloud.library.model_library import ModelLibrary
from laecips_cloud.library.update_signer import UpdateSigner
from laecips_cloud.library.version_ledger import Fate


def offered(library: ModelLibrary, signer: UpdateSigner | None = None) -> ModelOffer | None:
    """Return the offer of the version that robots should run; None if there is none yet.

    Args:
        library: holds the versions.
        signer: signs the offer; None: it is not signed.

    Raises:
        BundleError: the version's files cannot be read.
        OSError: the signature cannot be written.
    """
    ledger = library.ledger
    if not ledger.offered:
        return None
    folder = library.folder(ledger.offered)
    try:
        text = (folder / MANIFEST).read_bytes()
        size = sum((folder / name).stat().st_size for name in _files(folder))
    except OSError as error:
        raise BundleError(
            f"{error.filename}: {error.strerror}; order another version (~/adapt)"
        ) from error
    manifest = Manifest.from_json(text.decode())
    sha256, signature = hashlib.sha256(text).hexdigest(), ""
    if signer is not None:
        # No robot has run a version above the last one.
        over = ledger.last if ledger.ordered else 0
        signature = signer.sign(folder, manifest_sha256=sha256, over=over)
    return ModelOffer(
        name=manifest.name,
        version=manifest.version,
        parent=manifest.parent or 0,
        classes_hash=manifest.classes_hash,
        manifest_sha256=sha256,
        bytes=size,
        ordered=ledger.ordered,
        signature=signature,
    )


def piece(library: ModelLibrary, request: PieceRequest, *, max_chunk: int) -> PieceAnswer:
    """Return a piece of a file of a version that robots may have. Never raises.

    Args:
        library: holds the versions.
        request: version, file, offset and length.
        max_chunk: most bytes of one answer.

    Returns:
        The piece, or a status and a one-line message.
    """
    version, file, offset = request.version, request.file, request.offset
    folder = _served(library, version)
    if folder is None:
        return PieceAnswer(
            status=PieceStatus.UNKNOWN_VERSION,
            message=f"version {version} is not for robots; {library.ledger.offered} is offered",
        )
    there = _files(folder)
    if file not in there:
        known = ", ".join(there)
        return PieceAnswer(
            status=PieceStatus.UNKNOWN_FILE,
            message=f"no file {file[:80]!r}: ask for one of {known}",
        )
    try:
        with (folder / file).open("rb") as opened:
            size = opened.seek(0, 2)
            if offset > size:
                return PieceAnswer(
                    status=PieceStatus.BAD_REQUEST,
                    message=f"{file}: offset {offset} is past the end at {size}; start at 0",
                    size=size,
                )
            opened.seek(offset)
            data = opened.read(min(request.length, max_chunk))
    except OSError as error:
        return PieceAnswer(
            status=PieceStatus.UNAVAILABLE,
            message=f"version {version}, {file}: {error.strerror}; ask again later",
        )
    return PieceAnswer(status=PieceStatus.OK, size=size, data=data)


def _files(folder: Path) -> tuple[str, ...]:
    more = [name for name in (DELTA, *MORE) if (folder / name).is_file()]
    return (MANIFEST, *FILES, *more)


def _served(library: ModelLibrary, version: int) -> Path | None:
    ledger = library.ledger
    entry = ledger.entries.get(version)
    if entry is None:
        return None
    # A version that a robot rolled back is still offered if an operator pinned it.
    may = entry.fate is Fate.PROMOTED or version == ledger.offered
    return library.folder(version) if may else None
