"""Text files that appear under their name when they are complete, or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO


@contextmanager
def whole_file(path: Path) -> Iterator[TextIO]:
    """A text file to write; takes the place of `path` in one step when the block ends well.

    Raises:
        OSError: it cannot be written, on a full disk say; one line says which file and what to do.
            What stood under `path` before stands there still.
    """
    part = path.with_name(path.name + ".part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except OSError as error:
        raise OSError(
            f"{path} cannot be written: {error.strerror}: free some space or choose another folder"
        ) from error
    finally:
        part.unlink(missing_ok=True)
