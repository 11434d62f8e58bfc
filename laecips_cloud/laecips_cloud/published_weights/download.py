"""Download of weights to the cache, over HTTP or from a file; a file is complete or absent.

A partial file is kept, and the next attempt continues it; pooch would start gigabytes again.
"""

from __future__ import annotations

import errno
import http.client
import os
import re
import shutil
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn

from laecips_edge.core.atomic_files import lock_folder, settle

from laecips_cloud.published_weights.catalogue import ModelError, Progress, PublishedModel, cache

STALL_S: Final = 30.0
"""Seconds without a byte after which a server counts as gone."""

_SCHEMES: Final = ("http://", "https://")
_PIECE: Final = 1 << 20
_MOST_CUTS: Final = 5  # interrupted connections or invalid answers in one call
_AGAIN: Final = "run the same command again: it goes on from there"


def fetch(
    model: PublishedModel,
    *,
    source: str = "",
    force: bool = False,
    stall_s: float = STALL_S,
    progress: Progress | None = None,
) -> bool:
    """Bring a model's file into the cache.

    The file grows under a temporary name in the same folder, is read back and compared with the
    published checksum, and then gets its final name. An interrupted attempt is continued.

    Args:
        model: a model of the catalogue.
        source: another address or a file; empty for the published address.
        force: fetch the file even if the cache has a good one.
        stall_s: seconds without a byte after which the connection is given up.
        progress: called with (bytes done, bytes in all), for the transfer and then for the check.

    Returns:
        True if the file was fetched now; False if the cache had a good one.

    Raises:
        ModelError: the file does not exist, its content is not the published one (then it is
            removed), the server is unreachable, silent or unreliable, or the disk is full.
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
        told = progress or (lambda done, total: None)
        _Transfer(model, source or model.url, part, stall_s, told).run()
        os.replace(part, target)
        settle(folder)
    return True


def part_of(target: Path) -> Path:
    """Return the partial file of `target`."""
    return target.with_name(f"{target.name}.part")


class _Cut(Exception):  # noqa: N818 (the next attempt may well do)
    """The connection ended before the file did; the message tells how."""


@dataclass(frozen=True)
class _Transfer:
    """The transfer of one file to `part`; `url` may be a file's too."""

    model: PublishedModel
    url: str
    part: Path
    stall_s: float
    progress: Progress

    def run(self) -> None:
        """Fetch the whole file and check it."""
        come = self._length()
        if come > self.model.bytes:
            self.part.unlink()
            come = 0
        self._bring(come)
        with self.part.open("rb") as file:
            os.fsync(file.fileno())
        difference = self.model.difference(self.part, progress=self.progress)
        if not difference:
            return
        self.part.unlink()
        if come:  # the part may mix two files: from two sources, or from one that has changed
            self.run()
            return
        raise ModelError(
            f"{self.url}: what came is not {self.model.name} as it is published ({difference}) and "
            "has been removed; try again, or give another address or a file with --from"
        )

    def _bring(self, come: int) -> None:
        missing, free = self.model.bytes - come, shutil.disk_usage(self.part.parent).free
        if free < missing:
            raise ModelError(
                f"{self.part.parent}: {self.model.name} needs {missing >> 20} MiB and "
                f"{free >> 20} are free; make room, or set XDG_CACHE_HOME to a folder on another "
                "disk"
            )
        if self.url.startswith(_SCHEMES):
            self._download()
        elif "://" in self.url and not self.url.startswith("file:///"):
            raise ModelError(f"{self.url}: give an address with http or https, or a file")
        else:
            self._copy(Path(self.url.removeprefix("file://")).expanduser())

    def _copy(self, source: Path) -> None:
        if not source.is_file():
            raise ModelError(f"{source}: no such file; give an address or a file with --from")
        size = source.stat().st_size
        if size != self.model.bytes:
            raise ModelError(
                f"{source}: not {self.model.name} as it is published ({size} bytes instead of "
                f"{self.model.bytes}); give another file with --from"
            )
        self.part.unlink(missing_ok=True)
        with source.open("rb") as file:
            while piece := file.read(_PIECE):
                self._append(piece)

    def _download(self) -> None:
        reason = ""
        for _ in range(_MOST_CUTS + 1):
            try:
                self._go_on()
                return
            except _Cut as error:
                reason = str(error)
        raise ModelError(
            f"{self.url}: {reason} at {self._length()} of {self.model.bytes} bytes, "
            f"{_MOST_CUTS + 1} times; {_AGAIN}"
        )

    def _go_on(self) -> None:
        """Download over one connection; return when the file is complete."""
        come = self._length()
        if come == self.model.bytes:
            return
        with self._open(come) as response:
            if not self._continues(response, come) and come:
                self.part.unlink()
            while (come := self._length()) < self.model.bytes:
                try:
                    # Write what has arrived already: a silent server must not lose it.
                    piece = response.read1(min(_PIECE, self.model.bytes - come))
                except TimeoutError:
                    self._stalled()
                except (http.client.HTTPException, OSError):
                    piece = b""
                if not piece:
                    raise _Cut("the connection was cut")
                self._append(piece)

    def _open(self, come: int) -> Any:
        headers = {"User-Agent": "laecips", "Accept-Encoding": "identity"}
        if come:
            headers["Range"] = f"bytes={come}-"
        # The scheme is http or https here, never file.
        request = urllib.request.Request(self.url, headers=headers)  # noqa: S310
        try:
            return urllib.request.urlopen(request, timeout=self.stall_s)  # noqa: S310
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE and come:
                self._start_anew("the file there is shorter")
            raise ModelError(
                f"{self.url}: the server says {error.code} {error.reason}; try again later, or "
                "give another address or a file with --from"
            ) from None
        except urllib.error.URLError as error:
            if isinstance(error.reason, TimeoutError):
                self._stalled()
            raise ModelError(
                f"{self.url}: cannot be reached ({_words(error.reason)}); on a machine without a "
                "network fetch the file elsewhere and give it with --from FILE"
            ) from None
        except http.client.InvalidURL as error:
            raise ModelError(f"{self.url}: not an address ({error}); mend it") from None
        except TimeoutError:
            self._stalled()
        except (http.client.HTTPException, OSError):
            raise _Cut("the connection was cut") from None

    def _continues(self, response: Any, come: int) -> bool:
        """Return whether the answer continues the part instead of starting again."""
        partial = response.status == http.client.PARTIAL_CONTENT
        total = response.headers.get("Content-Length", "")
        if partial:
            given = response.headers.get("Content-Range", "").strip()
            found = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", given)
            if found is None or int(found[1]) != come:
                self._start_anew("the server sent another piece than was asked for")
            total = found[2]
        if total.isdecimal() and int(total) != self.model.bytes:
            raise ModelError(
                f"{self.url}: {total} bytes, the published file has {self.model.bytes}: another "
                "file; give another address with --from"
            )
        return partial

    def _start_anew(self, why: str) -> NoReturn:
        self.part.unlink(missing_ok=True)
        raise _Cut(why)

    def _stalled(self) -> NoReturn:
        raise ModelError(
            f"{self.url}: nothing came for {self.stall_s:g} s, at {self._length()} of "
            f"{self.model.bytes} bytes; {_AGAIN}"
        )

    def _append(self, data: bytes) -> None:
        try:
            with self.part.open("ab") as file:
                file.write(data)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            raise ModelError(
                f"{self.part}: the disk is full; make room and run the same command again, or set "
                "XDG_CACHE_HOME to a folder on another disk"
            ) from error
        self.progress(self._length(), self.model.bytes)

    def _length(self) -> int:
        """Return the number of bytes in the part."""
        return self.part.stat().st_size if self.part.exists() else 0


def _words(reason: object) -> str:
    words = reason.strerror if isinstance(reason, OSError) and reason.strerror else str(reason)
    return " ".join(words.split())
