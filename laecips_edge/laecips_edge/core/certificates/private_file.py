"""Write a file that only its owner can read."""

from __future__ import annotations

import os
from pathlib import Path

from laecips_edge.core.atomic_files import settle


def write_private(path: Path, data: bytes) -> None:
    """Write or replace a file of mode 0600, atomically; make its folder, of mode 0700, if needed.

    Raises:
        OSError: it cannot be written; the old file stays.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)
    settle(path.parent)
