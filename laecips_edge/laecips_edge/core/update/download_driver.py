"""Drive a download: one request at a time, within the rate limit, with retries after failures.

The driver knows neither threads nor ROS: its caller calls `advance` regularly and passes each
answer to `receive`.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from laecips_edge.core.link.circuit_breaker import CircuitBreaker
from laecips_edge.core.link.model_update import PieceAnswer, PieceStatus
from laecips_edge.core.transfer.rate_limiter import RateLimiter
from laecips_edge.core.update.bundle_download import BundleDownload, GarbageError, Piece

PATIENCE_S = 10.0
"""Seconds that the driver waits for the answer to one request."""


class DownloadDriver:
    """The driver of one bundle's download. For one thread.

    Args:
        download: the bundle to fetch.
        ask: sends the request for a piece; the caller passes its answer to `receive`.
        forget: called with a piece when the driver stops waiting for its answer.
        available: returns whether a server is there.
        breaker: decides when to try again after the server or the disk failed.
        rate_limiter: limits the bytes per second.
        chunk: largest piece, in bytes; may be changed at any time.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        download: BundleDownload,
        *,
        ask: Callable[[Piece], None],
        forget: Callable[[Piece], None],
        available: Callable[[], bool],
        breaker: CircuitBreaker,
        rate_limiter: RateLimiter,
        chunk: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.chunk = chunk
        self.problem = ""
        """Why the last try failed; empty if it succeeded."""
        self.complete = False
        self.received = 0
        """Bytes received from the server."""
        self.folder = download.folder
        self._download = download
        self._ask = ask
        self._forget = forget
        self._available = available
        self._breaker = breaker
        self._rate_limiter = rate_limiter
        self._clock = clock
        self._asked: Piece | None = None
        self._overdue_at = 0.0
        self._first_s: float | None = None
        self._last_s = 0.0

    @property
    def transfer_s(self) -> float:
        """Seconds from the first request to the last answer; 0 if nothing was requested."""
        return 0.0 if self._first_s is None else max(0.0, self._last_s - self._first_s)

    @property
    def seconds_to_next(self) -> float:
        """Seconds after which `advance` has something to do."""
        if self._asked is not None:
            return max(0.0, self._overdue_at - self._clock())
        return max(self._breaker.seconds_to_probe, self._rate_limiter.seconds_to_go)

    def advance(self) -> None:
        """Give up an overdue request; request the next piece if it is time to.

        Raises:
            BundleError: the bundle is refused for good; see `BundleDownload.next`.
        """
        if self._asked is not None:
            if self._clock() < self._overdue_at:
                return
            self.fail(f"no answer of get_model within {PATIENCE_S:g} s")
        if self.complete or self.seconds_to_next > 0:
            return
        try:
            piece = self._download.next(self.chunk)
        except OSError as error:
            self.fail(f"{self.folder}: {error.strerror or error}")
            return
        if piece is None:
            self.complete = True
        elif self._available():
            self._send(piece)
        else:
            self.fail("no trainer offers get_model")

    def receive(self, piece: Piece, answer: PieceAnswer) -> None:
        """Take an answer; drop it if the driver no longer waits for it.

        Args:
            piece: the piece that was requested.
            answer: the server's answer.

        Raises:
            MismatchError: a complete file is not the announced one; see `ResumableFile.add`.
        """
        if piece is not self._asked:
            return
        self._asked = None
        self.received += len(answer.data)
        self._rate_limiter.count(len(answer.data))
        self._last_s = self._clock()
        if answer.status is PieceStatus.UNKNOWN_FILE and self._download.skip(piece.file):
            self._breaker.succeeded()  # the trainer is there, only its delta is not
            return
        if answer.refusal:
            if answer.status is PieceStatus.BAD_REQUEST and piece.offset:
                self._download.discard()  # the part here is not a beginning of the server's file
            self.fail(f"get_model, {piece.file}: {answer.refusal}")
            return
        try:
            self._download.add(piece, size=answer.size, data=answer.data)
        except GarbageError as error:
            self.fail(f"get_model answers garbage: {error}")
        except OSError as error:
            self.fail(f"{self.folder}: {error.strerror or error}")
        else:
            self._breaker.succeeded()
            self.problem = ""

    def fail(self, problem: str) -> None:
        """Note a failure that a later try may not have; the breaker delays that try.

        Args:
            problem: one line.
        """
        self.stop()
        self.problem = problem
        self._breaker.sent()
        self._breaker.failed()

    def stop(self) -> None:
        """Stop waiting for an answer; keep the fetched bytes, so that `advance` resumes there."""
        if self._asked is not None:
            self._forget(self._asked)
            self._asked = None

    def _send(self, piece: Piece) -> None:
        self._asked = piece
        self._overdue_at = self._clock() + PATIENCE_S
        if self._first_s is None:
            self._first_s = self._clock()
        self._breaker.sent()
        self._ask(piece)
