"""The codings of a map, each told by its first four bytes. Needs no image library."""

from __future__ import annotations

from typing import Final

RUN_LENGTHS: Final = b"RUN1"
CONFIDENCE: Final = b"CON1"
PNG: Final = b"\x89PNG"

_NAMES: Final = {RUN_LENGTHS: "run lengths", CONFIDENCE: "confidence", PNG: "png compressed"}


def coding_of(data: bytes | bytearray | memoryview) -> str:
    """Return the name of a map's coding; empty if its first bytes are of none."""
    return _NAMES.get(bytes(data[:4]), "")
