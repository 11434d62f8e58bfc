"""SIGINT and SIGTERM as a future that an executor can spin until."""

import signal
import socket
import threading
import time
from types import TracebackType
from typing import Any

from rclpy.task import Future

STOPPING = (signal.SIGINT, signal.SIGTERM)

ONE_PRESS_S = 1.0
"""Signals within this time of the first mean the same: on Ctrl-C a node of `ros2 launch` gets two,
the terminal's and the launch process's."""


class StopSignals:
    """Context manager whose `future` is done once the process was asked to end.

    rclpy's own handlers shut the context down under the node's feet: what is pending can no longer
    be answered. A Python handler alone would wait for the executor to come back from C. So the
    interpreter's wakeup descriptor tells a thread, which completes the future and thereby wakes the
    executor. A later signal acts as if this class were not there, and so ends a process that hangs
    while closing; therefore close inside the context.

    Must be entered on the main thread.
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
        # Any handled signal writes its number here; an empty read is the other end closing.
        while received := self._reader.recv(1):
            if received[0] in STOPPING:
                self.future.set_result(received[0])
                return
