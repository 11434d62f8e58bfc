"""Turn a trainer's offer into the running pair: fetch, test and swap it in, or refuse it.

This module has no topics and starts no thread: `update/model_link.py` calls it. `acceptance.py`
decides which offers are accepted, `model_store.py` keeps bundles on disk, `trial.py` decides
whether a pair stays.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from laecips_edge.core.frame.frame_history import FrameHistory
from laecips_edge.core.frame.running_pair import RunningPair
from laecips_edge.core.inference.load_pair import Assemble, load_pair, try_on
from laecips_edge.core.link.circuit_breaker import CircuitBreaker
from laecips_edge.core.link.model_update import ModelOffer, PieceAnswer, UpdateOutcome, UpdateReport
from laecips_edge.core.signing.trusted_keys import TrustedKeys
from laecips_edge.core.update.acceptance import check_manifest, why_not
from laecips_edge.core.update.bundle_download import BundleDownload, MismatchError, Piece
from laecips_edge.core.update.download_driver import DownloadDriver
from laecips_edge.core.update.model_store import ModelStore
from laecips_edge.core.update.trial import Trial

OpenFetch = Callable[[ModelOffer, BundleDownload], DownloadDriver]


class Updater:
    """Follows the trainer's newest offer. For one thread.

    Args:
        store: the robot's model store.
        running: the pair that labels frames.
        trial: the trial of the running pair.
        history: holds the newest frame, on which a new pair is tried.
        assemble: puts networks on the engine.
        open_fetch: makes the driver of a download.
        breaker: shared with the driver; decides when to try again after the server or disk failed.
        tell: publishes a report.
        superseded: returns the number of superseded frames so far.
        adapt: whether to follow offers; may be changed at any time.
        logger: logger of the node.
        trusted: keys of which one must have signed an update; None: any is taken.
        utc_s: returns the seconds since 1970-01-01 UTC, for the expiry of signatures.
    """

    def __init__(
        self,
        *,
        store: ModelStore,
        running: RunningPair,
        trial: Trial,
        history: FrameHistory,
        assemble: Assemble,
        open_fetch: OpenFetch,
        breaker: CircuitBreaker,
        tell: Callable[[UpdateReport], None],
        superseded: Callable[[], int],
        adapt: bool,
        logger: Any,
        trusted: TrustedKeys | None = None,
        utc_s: Callable[[], float] = time.time,
    ) -> None:
        self.adapt = adapt
        self.fetch: DownloadDriver | None = None
        """The current download; None if there is none."""
        self._store = store
        self._running = running
        self._trial = trial
        self._history = history
        self._assemble = assemble
        self._open_fetch = open_fetch
        self._breaker = breaker
        self._tell = tell
        self._superseded = superseded
        self._logger = logger
        self._trusted = trusted
        self._utc_s = utc_s
        self._wanted: ModelOffer | None = None
        self._next: ModelOffer | None = None
        self._told = ""

    @property
    def seconds_to_next(self) -> float | None:
        """Seconds until `advance` has work; None: not before an offer, answer or order."""
        if self._wanted is None and self._next is not None:
            return 0.0
        if self._wanted is None or self._hold():
            return None
        if self.fetch is None or (self.fetch.complete and not self._trial.active):
            return self._breaker.seconds_to_probe
        # A complete bundle waits until the trial of the running pair is over.
        return None if self.fetch.complete else self.fetch.seconds_to_next

    def offer(self, offer: ModelOffer) -> None:
        """Take an offer, which replaces the one before; report it if it is refused.

        A newer version waits for the end of a download that is under way: a trainer that is faster
        than the link would never reach the robot otherwise.
        """
        if offer == self._wanted:
            self._next = None
            return
        if self._waits(offer):
            self._next = offer
            return
        self._drop()
        self._next = None
        if self._runs(offer):
            self._renew(offer)
        elif reason := self._why_not(offer):
            self._report(UpdateOutcome.REFUSED, offer, reason)
        else:
            self._wanted = offer

    def receive(self, piece: Piece, answer: PieceAnswer) -> None:
        """Pass the server's answer to the download."""
        if self._wanted is not None and self.fetch is not None:
            with self._refusing(self._wanted):
                self.fetch.receive(piece, answer)

    def advance(self) -> None:
        """Judge the pair on trial, then do the next step for the accepted offer."""
        self._trial.judge()
        if self._next is not None and not self._waits(self._next):
            self.offer(self._next)
        offer = self._wanted
        if offer is None:
            return
        if self._runs(offer):  # by an operator's word, or since what came between was rolled back
            self._drop()
        elif hold := self._hold():
            if self.fetch is not None:
                self.fetch.stop()
            self._report_failure(offer, hold)
        elif self._breaker.seconds_to_probe == 0:
            with self._refusing(offer):
                self._step(offer)

    def suspend(self) -> None:
        """Stop waiting for an answer; `advance` resumes the download."""
        if self.fetch is not None:
            self.fetch.stop()

    def _waits(self, offer: ModelOffer) -> bool:
        """Return whether an offer waits for the download of the one before."""
        wanted, fetch = self._wanted, self.fetch
        if wanted is None or fetch is None or self._hold() or self._runs(offer):
            return False
        under_way = fetch.received > 0 and not fetch.problem
        return under_way and not offer.ordered and offer.version > wanted.version

    def _runs(self, offer: ModelOffer) -> bool:
        return offer.manifest_sha256 == self._store.running.manifest_sha256

    def _renew(self, offer: ModelOffer) -> None:
        try:
            self._store.renew(offer.signature)
        except OSError as error:
            self._logger.warning(f"model store: a new signature is not on disk: {error}")

    def _why_not(self, offer: ModelOffer) -> str:
        return why_not(
            offer,
            running=self._running.current.manifest,
            memory=self._store.memory,
            trusted=self._trusted,
            untrusted=self._store.untrusted,
            now_s=self._utc_s(),
        )

    def _hold(self) -> str:
        """Return why fetching waits, one line; empty if it does not wait."""
        if not self.adapt:
            return "updates are paused on this robot (parameter adapt)"
        if self._store.memory.pin is not None:
            return f"this robot is pinned to version {self._store.memory.pin}"
        return ""

    def _step(self, offer: ModelOffer) -> None:
        if self.fetch is None:
            self.fetch = self._open(offer)
        self.fetch.advance()
        if self.fetch.problem:
            self._report_failure(offer, self.fetch.problem)
        if self.fetch.complete and not self._trial.active:
            self._take(offer, self.fetch)

    def _open(self, offer: ModelOffer) -> DownloadDriver:
        folder = self._store.downloads.only(offer.manifest_sha256)
        self._store.downloads.require_space(offer.bytes, here=folder)
        running = self._running.current.manifest
        download = BundleDownload(
            folder,
            manifest_sha256=offer.manifest_sha256,
            most_bytes=offer.bytes,
            find=self._store.find,
            check=lambda manifest: check_manifest(manifest, offer, running=running),
        )
        self._logger.info(f"fetching version {offer.version}, {offer.bytes} bytes at most")
        return self._open_fetch(offer, download)

    def _take(self, offer: ModelOffer, fetch: DownloadDriver) -> None:
        """Load the fetched pair beside the running one, test it, swap it in and report it."""
        # It may have waited for long, or a higher version may have run meanwhile.
        if reason := self._why_not(offer):
            self._refuse(offer, reason, for_good=False)
            return
        lost = self._superseded()
        segmenter = load_pair(fetch.folder, assemble=self._assemble)
        if (last := self._history.last) is not None:
            try_on(segmenter, last.rgb, last.depth)
        pair = self._running.prepare(segmenter)
        slot = self._store.admit(fetch.folder, signature=offer.signature)
        swap_ms = self._trial.begin(pair, slot)
        self._drop()
        self._report(
            UpdateOutcome.SWAPPED,
            offer,
            transfer_s=fetch.transfer_s,
            bytes=fetch.received,
            swap_ms=swap_ms,
            frames_lost=self._superseded() - lost,
        )

    @contextmanager
    def _refusing(self, offer: ModelOffer) -> Iterator[None]:
        """Turn any error that an offer causes into a report, so that the running pair continues."""
        try:
            yield
        except OSError as error:
            # The free bytes that a message may have differ from one try to the next.
            reason = f"{self._store.folder}: {error.strerror or error}"
            self._try_later(offer, reason, kind=f"errno {error.errno}")
        except MemoryError:
            self._try_later(offer, "not enough memory to load it beside the running pair")
        except MismatchError as error:
            self._refuse(offer, str(error), for_good=False)
        except Exception as error:
            kind = "" if isinstance(error, ValueError) else f"{type(error).__name__}: "
            self._refuse(offer, kind + " ".join(str(error).split()), for_good=True)

    def _try_later(self, offer: ModelOffer, reason: str, *, kind: str = "") -> None:
        self.suspend()
        self.fetch = None  # the next try reads the files on disk again
        self._breaker.sent()
        self._breaker.failed()
        self._report_failure(offer, reason, kind=kind)

    def _refuse(self, offer: ModelOffer, reason: str, *, for_good: bool) -> None:
        fetch = self.fetch
        self._drop()
        try:
            self._store.downloads.clear()
            if for_good:
                self._store.bar(offer.manifest_sha256, version=offer.version, reason=reason)
        except OSError as error:
            self._logger.warning(
                f"model store: the refusal of version {offer.version} is not on disk: {error}"
            )
        figures = {}
        if fetch is not None:
            figures = {"transfer_s": fetch.transfer_s, "bytes": fetch.received}
        self._report(UpdateOutcome.REFUSED, offer, reason, **figures)

    def _report_failure(self, offer: ModelOffer, reason: str, *, kind: str = "") -> None:
        """Report a failure, but one of the kind reported last only once; empty: its reason."""
        kind = kind or reason
        if kind != self._told:
            self._told = kind
            self._report(UpdateOutcome.FAILED, offer, reason)

    def _report(
        self, outcome: UpdateOutcome, offer: ModelOffer, reason: str = "", **figures: Any
    ) -> None:
        runs = self._running.current.manifest.version
        line = f"version {offer.version} {outcome}, version {runs} runs"
        if outcome is UpdateOutcome.SWAPPED:
            self._logger.info(line)
        else:
            self._logger.warning(f"{line}: {reason}")
        self._tell(
            UpdateReport(
                outcome=outcome, version=offer.version, running=runs, reason=reason, **figures
            )
        )

    def _drop(self) -> None:
        self.suspend()
        self.fetch = self._wanted = None
        self._told = ""
