"""The folders of a model store in which bundles are fetched, one each."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

from laecips_edge.core.atomic_files import remove_folder

PARTIAL = "partial"
"""Name of their folder in a model store."""


class DownloadFolders:
    """The download folders of one store. For one thread at a time.

    Args:
        root: their folder, which need not exist; its parent must.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def only(self, manifest_sha256: str) -> Path:
        """Return the download folder of a bundle; remove those of all others."""
        self.clear(but=manifest_sha256)
        return self._root / manifest_sha256

    def clear(self, *, but: str = "") -> None:
        """Remove all download folders but that of the bundle with manifest sha256 `but`."""
        for other in self._root.iterdir() if self._root.is_dir() else ():
            if other.name != but:
                remove_folder(other)

    def require_space(self, size: int, *, here: Path) -> None:
        """Check the free space on the disk.

        Args:
            size: bytes of the whole bundle.
            here: its download folder; the bytes in it are not needed again.

        Raises:
            OSError: the disk has too little space; the message has both numbers.
        """
        missing = size - sum(path.stat().st_size for path in here.glob("*"))
        free = shutil.disk_usage(self._root.parent).free
        if free < missing:
            raise OSError(errno.ENOSPC, f"{missing} bytes are needed, {free} are free")
