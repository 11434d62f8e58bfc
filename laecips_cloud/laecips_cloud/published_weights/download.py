"""A large file over HTTP, piece by piece: what has come is kept, and the next attempt goes on."""

from __future__ import annotations

import errno
import http.client
import json
import re
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn

from laecips_cloud.published_weights.catalogue import ModelError, Progress

STALL_S: Final = 30.0
"""Seconds without a byte after which a server counts as gone."""

_PIECE: Final = 1 << 20
_MOST_CUTS: Final = 5  # connections that are cut, or answers that make no sense, of one call
_AGAIN: Final = "run the same command again: it goes on from there"


class _Cut(Exception):  # noqa: N818 (the next attempt may well do)
    """The connection ended before the file did; the message says how."""


@dataclass(frozen=True)
class _Kept:
    """What an earlier attempt has left.

    Attributes:
        bytes: how much has come; 0: nothing.
        validator: tells the server which file it was of; empty where it did not say.
    """

    bytes: int = 0
    validator: str = ""


def download(
    url: str,
    part: Path,
    *,
    size: int,
    stall_s: float = STALL_S,
    progress: Progress | None = None,
) -> None:
    """Brings a file to its size, going on where an earlier call ended.

    A server that cannot go on, or whose file has changed, makes it start anew. What came is not
    looked at: check the sum of the whole.

    Args:
        url: http or https.
        part: the file that grows; `forget` removes it and what belongs to it.
        size: bytes that it must have in the end.
        stall_s: seconds without a byte after which it is given up.
        progress: is told bytes done and in all.

    Raises:
        ModelError: there is no such file, it has another size, the server cannot be reached, goes
            silent or cuts again and again, or the disk is full. What has come is kept.
    """
    job = _Job(url, part, size, stall_s, progress)
    for _ in range(_MOST_CUTS + 1):
        try:
            job.go_on()
            return
        except _Cut as error:
            reason = error
    raise ModelError(
        f"{url}: {reason} at {job.length()} of {size} bytes, {_MOST_CUTS + 1} times; {_AGAIN}"
    )


def forget(part: Path) -> None:
    """Removes what attempts have left."""
    part.unlink(missing_ok=True)
    _note(part).unlink(missing_ok=True)


@dataclass(frozen=True)
class _Job:
    """What `download` was asked for."""

    url: str
    part: Path
    size: int
    stall_s: float
    progress: Progress | None

    def go_on(self) -> None:
        """One connection; returns when the file has its size."""
        kept = _kept(self.part, self.url)
        if kept.bytes > self.size:
            forget(self.part)
            kept = _Kept()
        if kept.bytes == self.size:
            return
        with self._open(kept) as response:
            begin = self._begin(response, kept)
            if begin == 0:
                forget(self.part)
                note = {"url": self.url, "validator": _validator(response)}
                write_piece(_note(self.part), "wb", json.dumps(note).encode())
            self._receive(response, begin)

    def length(self) -> int:
        """Bytes that have come."""
        return self.part.stat().st_size if self.part.exists() else 0

    def _open(self, kept: _Kept) -> Any:
        headers = {"User-Agent": "laecips", "Accept-Encoding": "identity"}
        if kept.bytes:
            headers["Range"] = f"bytes={kept.bytes}-"
            if kept.validator:
                headers["If-Range"] = kept.validator
        # Only http and https come here, never file:.
        request = urllib.request.Request(self.url, headers=headers)  # noqa: S310
        try:
            return urllib.request.urlopen(request, timeout=self.stall_s)  # noqa: S310
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE and kept.bytes:
                self._start_anew("the file there has changed")
            raise ModelError(
                f"{self.url}: the server says {error.code} {error.reason}; try again later, or "
                "give another address or a file with --from"
            ) from None
        except urllib.error.URLError as error:
            if isinstance(error.reason, TimeoutError):
                self._stalled(kept.bytes)
            raise ModelError(
                f"{self.url}: cannot be reached ({_words(error.reason)}); on a machine without a "
                "network fetch the file elsewhere and give it with --from FILE"
            ) from None
        except http.client.InvalidURL as error:
            raise ModelError(f"{self.url}: not an address ({error}); mend it") from None
        except TimeoutError:
            self._stalled(kept.bytes)
        except (http.client.HTTPException, OSError):
            raise _Cut("the connection was cut") from None

    def _begin(self, response: Any, kept: _Kept) -> int:
        """Where in the file the answer begins."""
        begin, total = 0, response.headers.get("Content-Length", "")
        if response.status == http.client.PARTIAL_CONTENT:
            given = response.headers.get("Content-Range", "").strip()
            found = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", given)
            if found is None or int(found[1]) != kept.bytes:
                self._start_anew("the server sent another piece than was asked for")
            if kept.validator and _validator(response) not in ("", kept.validator):
                self._start_anew("the file there has changed")
            begin, total = kept.bytes, found[2]
        if total.isdecimal() and int(total) != self.size:
            raise ModelError(
                f"{self.url}: {total} bytes, the published file has {self.size}: another file; "
                "give another address with --from"
            )
        return begin

    def _receive(self, response: Any, begin: int) -> None:
        done = begin
        while done < self.size:
            try:
                # What is there by now: a server that goes silent takes nothing back.
                piece = response.read1(min(_PIECE, self.size - done))
            except TimeoutError:
                self._stalled(done)
            except (http.client.HTTPException, OSError):
                piece = b""
            if not piece:
                raise _Cut("the connection was cut")
            write_piece(self.part, "ab", piece)
            done += len(piece)
            if self.progress is not None:
                self.progress(done, self.size)

    def _start_anew(self, why: str) -> NoReturn:
        forget(self.part)
        raise _Cut(why)

    def _stalled(self, done: int) -> NoReturn:
        raise ModelError(
            f"{self.url}: nothing came for {self.stall_s:g} s, at {done} of {self.size} bytes; "
            f"{_AGAIN}"
        )


def write_piece(path: Path, mode: str, data: bytes) -> None:
    """Writes into a file; a full disk is a `ModelError` that says what to do."""
    try:
        with path.open(mode) as file:
            file.write(data)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise ModelError(
            f"{path}: the disk is full; make room and run the same command again, or set "
            "XDG_CACHE_HOME to a folder on another disk"
        ) from error


def _validator(response: Any) -> str:
    """Tells this version of the file; empty where nothing does that If-Range may carry."""
    tag = response.headers.get("ETag", "")
    return tag if tag.startswith('"') else response.headers.get("Last-Modified", "")


def _kept(part: Path, url: str) -> _Kept:
    try:
        note = json.loads(_note(part).read_bytes())
        if note["url"] == url:
            return _Kept(part.stat().st_size, str(note["validator"]))
    except (OSError, ValueError, KeyError, TypeError):
        pass  # of something else, or half written: it starts anew
    return _Kept()


def _note(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


def _words(reason: object) -> str:
    words = reason.strerror if isinstance(reason, OSError) and reason.strerror else str(reason)
    return " ".join(words.split())
