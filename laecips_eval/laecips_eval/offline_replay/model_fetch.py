"""How the robot of a replay without ROS gets new pairs: at once, or file by file over a link."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

from laecips_cloud.library.model_library import ModelLibrary
from laecips_cloud.library.served_files import offered, piece
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.link.model_update import ModelOffer, PieceRequest, PieceStatus
from laecips_edge.core.update.bundle_download import BundleDownload

from laecips_eval.scoring.updates import Swap
from laecips_eval.thin_link.conditions import LinkConditions

_CHUNK: Final = 1 << 18


class ModelFetch:
    """Brings the robot the version that the library offers.

    Over a link the robot fetches what the edge node would: the delta where it runs the parent, the
    whole weights otherwise. One version after the other: what is promoted meanwhile waits, and only
    the newest of it comes. An update takes its bytes over the link's rate and a round trip; other
    traffic does not slow it.

    Args:
        library: holds the versions.
        link: between library and robot; None: a version is there as soon as it is offered.

    Attributes:
        swaps: what was fetched over the link and runs, in order.
    """

    def __init__(self, library: ModelLibrary, *, link: LinkConditions | None) -> None:
        self.swaps: list[Swap] = []
        self._library = library
        self._link = link
        self._folder = tempfile.TemporaryDirectory(prefix="laecips-robot-")
        self._running = Bundle.load(library.folder(library.ledger.offered))
        self._coming: tuple[int, Path, Swap] | None = None

    def close(self) -> None:
        """Remove what was fetched."""
        self._folder.cleanup()

    def advance(self, now_ns: int) -> Bundle | None:
        """Return the pair that the robot has from now on; None where it keeps the one it has.

        Args:
            now_ns: time of the bag, in nanoseconds.

        Raises:
            ValueError: a version's files cannot be read.
            OSError: a file cannot be read or written.
        """
        version = self._library.ledger.offered
        if self._coming is None and version != self._running.manifest.version:
            self._coming = self._begin(version, now_ns)
        if self._coming is None or now_ns < self._coming[0]:
            return None
        _, files, swap = self._coming
        self._coming, self._running = None, Bundle.load(files)
        if self._link is not None:
            self.swaps.append(swap)
        return self._running

    def _begin(self, version: int, now_ns: int) -> tuple[int, Path, Swap]:
        """Return when the offered version is there, where, and what the robot will say of it."""
        size, seconds, files = 0, 0.0, self._library.folder(version)
        if self._link is not None and (offer := offered(self._library)) is not None:
            files = Path(self._folder.name) / str(version)
            size = self._download(offer, files)
            seconds = self._link.ideal_s(size)
        swap = Swap(
            version=version,
            outcome="swapped",
            transfer_s=seconds,
            bytes=size,
            swap_ms=0.0,
            frames_lost=0,
        )
        return now_ns + round(seconds * 1e9), files, swap

    def _download(self, offer: ModelOffer, into: Path) -> int:
        """Fetch a version; return its bytes on the wire."""
        download = BundleDownload(
            into,
            manifest_sha256=offer.manifest_sha256,
            most_bytes=offer.bytes,
            find=self._find,
            check=lambda manifest: None,  # of our own library
        )
        size = 0
        while (wanted := download.next(_CHUNK)) is not None:
            request = PieceRequest(
                version=offer.version,
                file=wanted.file,
                offset=wanted.offset,
                length=wanted.length,
            )
            answer = piece(self._library, request, max_chunk=_CHUNK)
            if answer.status is not PieceStatus.OK:
                raise ValueError(answer.message)
            download.add(wanted, size=answer.size, data=answer.data)
            size += len(answer.data)
        return size

    def _find(self, sha256: str) -> Path | None:
        """Return the file of the running pair with this sha256; None if it has none."""
        for name, digest in self._running.manifest.files.items():
            if digest == sha256 and (path := self._running.path / name).is_file():
                return path
        return None
