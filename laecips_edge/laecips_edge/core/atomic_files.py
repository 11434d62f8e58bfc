"""Write, rename, remove and lock files and folders so that a crash never leaves half of one."""

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
"""Prefix of folders that are being removed; `sweep` finishes after a killed process."""

_READ = 1 << 20


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file of any size.

    Args:
        path: the file.

    Returns:
        64 hex digits.

    Raises:
        OSError: the file cannot be read.
    """
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_READ):
            digest.update(block)
    return digest.hexdigest()


def write_whole(path: Path, data: bytes) -> None:
    """Write or replace a file; after a crash `path` is the old file or the new one.

    Args:
        path: the file.
        data: its content.

    Raises:
        OSError: the file cannot be written; the old file stays.
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
    """Open a text file that replaces `path` in one step if the block ends without an error.

    Args:
        path: the file.

    Yields:
        The open file.

    Raises:
        OSError: the file cannot be written, for example because the disk is full; the message is
            one line with the file and what to do. The old file stays.
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
    """Flush the names in a folder to the disk: a rename is safe only after this."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def move_folder(source: Path, target: Path) -> None:
    """Rename a folder and flush the rename to the disk.

    Args:
        source: the folder; its files must be flushed already.
        target: the new name; must not exist.
    """
    settle(source)
    os.rename(source, target)
    settle(target.parent)
    settle(source.parent)


def replace_folder(draft: Path, path: Path) -> None:
    """Move an existing folder aside, rename `draft` to `path`, then remove the old folder."""
    old = None
    if path.exists():
        old = Path(tempfile.mkdtemp(prefix=f".{path.name}.old.", dir=path.parent))
        os.rename(path, old)
    os.rename(draft, path)
    if old is not None:
        shutil.rmtree(old)


def remove_folder(path: Path) -> None:
    """Rename a folder, then remove it, so that no process ever finds half of it under its name."""
    gone = path.with_name(f"{GONE}{path.name}")
    shutil.rmtree(gone, ignore_errors=True)
    try:
        os.rename(path, gone)
    except FileNotFoundError:
        return
    shutil.rmtree(gone, ignore_errors=True)


def sweep(folder: Path) -> None:
    """Remove the folders that a killed process left inside `remove_folder`."""
    for left in folder.glob(f"{GONE}*"):
        shutil.rmtree(left, ignore_errors=True)


def lock_folder(folder: Path) -> IO[bytes] | None:
    """Lock a folder for this process.

    Returns:
        The lock file, which holds the lock until it is closed; None if another process holds it.
    """
    return lock_file(folder / "lock")


def lock_file(path: Path) -> IO[bytes] | None:
    """Lock a file for this process; it is made if it does not exist, and stays.

    Args:
        path: the file; one that is there for the lock alone.

    Returns:
        As for `lock_folder`.

    Raises:
        OSError: the file cannot be made.
    """
    file = path.open("wb")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file
