"""The signature of a bundle on disk, beside its manifest."""

from __future__ import annotations

from pathlib import Path

from laecips_edge.core.atomic_files import write_whole
from laecips_edge.core.signing.signature import FILE, MOST_BYTES


def read_signature(folder: Path) -> str:
    """Return the text of a bundle's signature, not yet checked; empty if there is none."""
    try:
        with (folder / FILE).open("rb") as file:
            return file.read(MOST_BYTES + 1).decode(errors="replace")
    except OSError:
        return ""


def write_signature(folder: Path, text: str) -> None:
    """Write or replace a bundle's signature, atomically; OSError if it cannot be written."""
    write_whole(folder / FILE, text.encode())
