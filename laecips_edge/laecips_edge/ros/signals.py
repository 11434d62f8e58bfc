"""A future that SIGINT or SIGTERM completes, for an executor that spins until it is done."""

import signal
import socket
import threading
import time
from types import TracebackType
from typing import Any

from rclpy.task import Future

STOPPING = (signal.SIGINT, signal.SIGTERM)

ONE_PRESS_S = 1.0
"""Seconds after the first signal in which further ones count as the same: on Ctrl-C a node of
`ros2 launch` gets two signals, one from the terminal and one from the launch process."""


class StopSignals:
    """Context manager whose `future` is done after SIGINT or SIGTERM.

    rclpy's own handlers shut the context down at once, so that the node cannot answer pending
    frames. A plain Python handler would run only after the executor returns from C code. Therefore
    the interpreter's wakeup descriptor wakes a thread, which completes the future and so wakes the
    executor. A later signal (`ONE_PRESS_S` after the first) gets its previous handling, and so ends
    a process that hangs while it closes. Close the node inside the context.

    Enter it on the main thread.
    """

    def __init__(self) -> None:
        self.future = Future()
        self._reader, self._writer = socket.socketpair()
        self._writer.setblocking(False)
        self._thread = threading.Thread(target=self._wait, name="signals", daemon=True)
        self._former: dict[int, Any] = {}
        self._former_wakeup = -1
        self._first_s: float | None = None

    def __enter__(self) -> "StopSignals":
        self._thread.start()
        self._former_wakeup = signal.set_wakeup_fd(self._writer.fileno())
        for number in STOPPING:
            self._former[number] = signal.signal(number, self._signalled)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._restore()
        signal.set_wakeup_fd(self._former_wakeup)
        self._writer.close()
        self._thread.join()
        self._reader.close()

    def _signalled(self, number: int, _frame: object) -> None:
        now_s = time.monotonic()
        if self._first_s is None:
            self._first_s = now_s
        elif now_s - self._first_s >= ONE_PRESS_S:
            self._restore()
            signal.raise_signal(number)

    def _restore(self) -> None:
        for number, handler in self._former.items():
            signal.signal(number, handler)

    def _wait(self) -> None:
        # Each handled signal writes its number here; an empty read means the writer is closed.
        while received := self._reader.recv(1):
            if received[0] in STOPPING:
                self.future.set_result(received[0])
                return
