"""Weights into the cache: whole and checked, or not there."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Final

from laecips_edge.core.atomic_files import lock_folder, settle

from laecips_cloud.published_weights.catalogue import ModelError, Progress, PublishedModel, cache
from laecips_cloud.published_weights.download import STALL_S, download, forget, write_piece

_SCHEMES: Final = ("http://", "https://")
_PIECE: Final = 1 << 20


def fetch(
    model: PublishedModel,
    *,
    source: str = "",
    force: bool = False,
    stall_s: float = STALL_S,
    progress: Progress | None = None,
) -> bool:
    """Brings a model's file into the cache.

    It grows under another name beside its place, is read back and compared with the published sum,
    and only then gets its own name. What is left of an attempt that was cut is gone on with.

    Args:
        model: of the catalogue.
        source: another address or a file; empty: where it is published.
        force: in the place of a good one, too.
        stall_s: seconds without a byte after which a server is given up.
        progress: is told bytes done and in all, of the transfer and then of the check.

    Returns:
        Whether it came now; False where a good one was there.

    Raises:
        ModelError: it cannot be had, or what came is not the published file; then it is removed.
        OSError: the cache cannot be written.
    """
    folder = cache()
    folder.mkdir(parents=True, exist_ok=True)
    lock = lock_folder(folder)
    if lock is None:
        raise ModelError(f"{folder}: another fetch is under way; wait until it is done")
    with lock:
        target = folder / model.file_name
        if not force and target.exists() and not model.difference(target, progress=progress):
            return False
        part = part_of(target)
        _bring(model, source or model.url, part, stall_s, progress)
        _accept(model, source or model.url, part, progress)
        os.replace(part, target)
        forget(part)
        settle(folder)
    return True


def part_of(target: Path) -> Path:
    """The file that grows while `target` is fetched."""
    return target.with_name(f"{target.name}.part")


def _bring(
    model: PublishedModel, source: str, part: Path, stall_s: float, progress: Progress | None
) -> None:
    kept = part.stat().st_size if part.exists() else 0
    free = shutil.disk_usage(part.parent).free
    if free < model.bytes - kept:
        raise ModelError(
            f"{part.parent}: {model.name} needs {model.bytes - kept >> 20} MiB and {free >> 20} "
            "are free; make room, or set XDG_CACHE_HOME to a folder on another disk"
        )
    if source.startswith(_SCHEMES):
        download(source, part, size=model.bytes, stall_s=stall_s, progress=progress)
    elif "://" in source and not source.startswith("file:///"):
        raise ModelError(f"{source}: give an address with http or https, or a file")
    else:
        _copy(model, Path(source.removeprefix("file://")).expanduser(), part, progress)


def _copy(model: PublishedModel, source: Path, part: Path, progress: Progress | None) -> None:
    if not source.is_file():
        raise ModelError(f"{source}: no such file; give an address or a file with --from")
    size = source.stat().st_size
    if size != model.bytes:
        raise ModelError(
            f"{source}: not {model.name} as it is published ({size} bytes instead of "
            f"{model.bytes}); give another file with --from"
        )
    forget(part)
    with source.open("rb") as read:
        for done in range(0, size, _PIECE):
            write_piece(part, "ab", read.read(_PIECE))
            if progress is not None:
                progress(min(done + _PIECE, size), size)


def _accept(model: PublishedModel, source: str, part: Path, progress: Progress | None) -> None:
    with part.open("rb") as file:
        os.fsync(file.fileno())
    difference = model.difference(part, progress=progress)
    if difference:
        forget(part)
        raise ModelError(
            f"{source}: what came is not {model.name} as it is published ({difference}) and has "
            "been removed; try again, or give another address or a file with --from"
        )
