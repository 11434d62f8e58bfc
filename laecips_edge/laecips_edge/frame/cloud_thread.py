"""The thread on which the cloud's answers are decoded and deadlines watched.

It runs on the monotonic clock: neither a busy executor nor simulated time can hold an answer back.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any

Work = Callable[[], None]


class CloudThread:
    """Does what is handed to it, and looks at the deadlines in time.

    Args:
        seconds_to_deadline: Returns seconds until the next deadline, None where there is none.
        logger: For work that fails.
    """

    def __init__(self, *, seconds_to_deadline: Callable[[], float | None], logger: Any) -> None:
        self._seconds_to_deadline = seconds_to_deadline
        self._logger = logger
        self._inbox: queue.SimpleQueue[Work | None] = queue.SimpleQueue()
        self._stopping = False
        self._thread: threading.Thread | None = None

    def start(self, expire: Work) -> None:
        """Start the thread; `expire` answers what is overdue."""
        self._thread = threading.Thread(target=self._work, args=(expire,), name="cloud answers")
        self._thread.start()

    def stop(self) -> None:
        """Leave what was handed in undone, and join the thread."""
        self._stopping = True
        self._inbox.put(None)
        if self._thread is not None:
            self._thread.join()

    def run(self, work: Work) -> None:
        """Hand in work; returns at once. The deadlines are looked at after it."""
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
                # A bug: one frame stays pending, the others get their answers.
                self._logger.error(f"an answer of the cloud was not published: {error!r}")
