"""What robots may have of a library: the announcement of what is offered, and files in pieces."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from laecips_edge.core.bundle.bundle import FILES, MANIFEST, BundleError
from laecips_edge.core.bundle.manifest import Manifest

from laecips_cloud.library.model_library import ModelLibrary
from laecips_cloud.library.version_ledger import Fate


class PieceStatus(IntEnum):
    """How a request ended; the values of laecips_msgs/srv/GetModel."""

    OK = 0
    UNKNOWN_VERSION = 1
    UNKNOWN_FILE = 2
    BAD_REQUEST = 3
    UNAVAILABLE = 4


@dataclass(frozen=True, kw_only=True)
class ServedPiece:
    """The answer to a request for a piece of a file.

    Attributes:
        status: how it went.
        message: one line: what, where and what to do; empty when OK.
        size: bytes of the whole file.
        data: from the offset on.
    """

    status: PieceStatus
    message: str = ""
    size: int = 0
    data: bytes = b""


@dataclass(frozen=True, kw_only=True)
class Offered:
    """What robots should run, as laecips_msgs/ModelUpdate announces it.

    Attributes:
        manifest: of the bundle.
        manifest_sha256: of its manifest.json.
        bytes: of all its files.
        ordered: by an operator.
    """

    manifest: Manifest
    manifest_sha256: str
    bytes: int
    ordered: bool


def offered(library: ModelLibrary) -> Offered | None:
    """What robots should run; None before there is anything.

    Raises:
        BundleError: its files cannot be read.
    """
    ledger = library.ledger
    if not ledger.offered:
        return None
    folder = library.folder(ledger.offered)
    try:
        text = (folder / MANIFEST).read_bytes()
        size = sum((folder / name).stat().st_size for name in (MANIFEST, *FILES))
    except OSError as error:
        raise BundleError(
            f"{error.filename}: {error.strerror}; order another version (~/adapt)"
        ) from error
    return Offered(
        manifest=Manifest.from_json(text.decode()),
        manifest_sha256=hashlib.sha256(text).hexdigest(),
        bytes=size,
        ordered=ledger.ordered,
    )


def piece(
    library: ModelLibrary, *, version: int, file: str, offset: int, length: int, max_chunk: int
) -> ServedPiece:
    """A piece of a file of a version that robots may have. Never raises.

    Args:
        library: of the versions.
        version: which.
        file: its name in the bundle's folder.
        offset: first byte wanted.
        length: most bytes wanted.
        max_chunk: most bytes given.
    """
    folder = _served(library, version)
    if folder is None:
        return ServedPiece(
            status=PieceStatus.UNKNOWN_VERSION,
            message=f"version {version} is not for robots; {library.ledger.offered} is offered",
        )
    if file not in (MANIFEST, *FILES):
        known = ", ".join((MANIFEST, *FILES))
        return ServedPiece(
            status=PieceStatus.UNKNOWN_FILE,
            message=f"no file {file[:80]!r}: ask for one of {known}",
        )
    try:
        with (folder / file).open("rb") as opened:
            size = opened.seek(0, 2)
            if offset > size:
                return ServedPiece(
                    status=PieceStatus.BAD_REQUEST,
                    message=f"{file}: offset {offset} is past the end at {size}; begin anew",
                    size=size,
                )
            opened.seek(offset)
            data = opened.read(min(length, max_chunk))
    except OSError as error:
        return ServedPiece(
            status=PieceStatus.UNAVAILABLE,
            message=f"version {version}, {file}: {error.strerror}; ask again later",
        )
    return ServedPiece(status=PieceStatus.OK, size=size, data=data)


def _served(library: ModelLibrary, version: int) -> Path | None:
    ledger = library.ledger
    entry = ledger.entries.get(version)
    if entry is None:
        return None
    # One that a robot rolled back stays offered where an operator has pinned it.
    may = entry.fate is Fate.PROMOTED or version == ledger.offered
    return library.folder(version) if may else None
