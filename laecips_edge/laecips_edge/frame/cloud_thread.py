"""The thread that decodes the cloud's answers and watches the deadlines.

It uses the monotonic clock, so that neither a busy executor nor simulated time delays an answer.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any

Work = Callable[[], None]


class CloudThread:
    """A thread that runs work from a queue and checks the deadlines on time.

    Args:
        seconds_to_deadline: Returns the seconds until the next deadline; None if there is none.
        logger: Logs work that fails.
    """

    def __init__(self, *, seconds_to_deadline: Callable[[], float | None], logger: Any) -> None:
        self._seconds_to_deadline = seconds_to_deadline
        self._logger = logger
        self._inbox: queue.SimpleQueue[Work | None] = queue.SimpleQueue()
        self._stopping = False
        self._thread: threading.Thread | None = None

    def start(self, expire: Work) -> None:
        """Start the thread.

        Args:
            expire: Answers the overdue frames; called after each piece of work and each deadline.
        """
        self._thread = threading.Thread(target=self._work, args=(expire,), name="cloud answers")
        self._thread.start()

    def stop(self) -> None:
        """Drop the work in the queue, and join the thread."""
        self._stopping = True
        self._inbox.put(None)
        if self._thread is not None:
            self._thread.join()

    def run(self, work: Work) -> None:
        """Put work into the queue and return at once; the thread checks the deadlines after it."""
        self._inbox.put(work)

    def _work(self, expire: Work) -> None:
        while not self._stopping:
            try:
                work = self._inbox.get(timeout=self._seconds_to_deadline())
            except queue.Empty:
                work = None
            try:
                if work is not None:
                    work()
                expire()
            except Exception as error:
                # A bug may leave one frame pending; the others must still get their answers.
                self._logger.error(f"an answer of the cloud was not published: {error!r}")
