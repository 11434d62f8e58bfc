"""Frames as files: which name goes with which request."""

from __future__ import annotations

import hashlib
from typing import Final
from urllib.parse import quote

_LONGEST: Final = 150
"""Bytes; with an ending, any file system takes it."""


def file_name_of(request_id: str) -> str:
    """A file name without ending, another one for each request; the same one always.

    Example:
        >>> file_name_of("robot/12")
        'robot%2F12'
    """
    name = quote(request_id, safe=" ()+,=@")
    name = name.replace(".", "%2E") if name.startswith(".") else name
    if len(name) <= _LONGEST:
        return name
    return f"{name[:_LONGEST]}-{hashlib.sha256(request_id.encode()).hexdigest()[:16]}"
