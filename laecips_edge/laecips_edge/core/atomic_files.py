"""Files that are whole or not there, whatever ends the process and whenever."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TextIO

GONE = ".gone."
"""Prefix of folders on their way out; `sweep` removes what a killed process left of them."""

_READ = 1 << 20


def sha256_of(path: Path) -> str:
    """Of a file of any size, in hex digits; OSError where it cannot be read."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_READ):
            digest.update(block)
    return digest.hexdigest()


def write_whole(path: Path, data: bytes) -> None:
    """Write a file in the place of the one that is there: after a crash it is the old or the new.

    Raises:
        OSError: it cannot be written; what was there stays.
    """
    draft = path.with_name(f".{path.name}.new")
    try:
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    settle(path.parent)


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


def settle(folder: Path) -> None:
    """Bring the names in a folder to the disk: a rename is safe only after this."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def move_folder(source: Path, target: Path) -> None:
    """Rename a folder whose files are on the disk; `target` must not be there."""
    settle(source)
    os.rename(source, target)
    settle(target.parent)
    settle(source.parent)


def replace_folder(draft: Path, path: Path) -> None:
    """Rename `draft` to `path`, out of whose way a folder of before steps first."""
    old = None
    if path.exists():
        old = Path(tempfile.mkdtemp(prefix=f".{path.name}.old.", dir=path.parent))
        os.rename(path, old)
    os.rename(draft, path)
    if old is not None:
        shutil.rmtree(old)


def remove_folder(path: Path) -> None:
    """Remove a folder. It loses its name first, so that nobody ever finds half of it."""
    gone = path.with_name(f"{GONE}{path.name}")
    shutil.rmtree(gone, ignore_errors=True)
    try:
        os.rename(path, gone)
    except FileNotFoundError:
        return
    shutil.rmtree(gone, ignore_errors=True)


def sweep(folder: Path) -> None:
    """Remove what `remove_folder` of a killed process has left."""
    for left in folder.glob(f"{GONE}*"):
        shutil.rmtree(left, ignore_errors=True)


def lock_folder(folder: Path) -> IO[bytes] | None:
    """Claim a folder for this process until the file is closed; None where another has it."""
    file = (folder / "lock").open("wb")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file
