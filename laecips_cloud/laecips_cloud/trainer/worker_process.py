"""The trainer's side of the worker process: start it, send versions, read messages, stop it."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

GRACE_S: Final = 3.0
"""Seconds from SIGTERM to SIGKILL; a killed worker loses nothing that cannot be trained again."""

WORKER: Final = (sys.executable, "-m", "laecips_cloud.trainer.worker")


class WorkerProcess:
    """Runs at most one worker process at a time. For one thread.

    Args:
        library: folder of the library.
        threads: number of threads of torch, OpenCV and BLAS.
        nice: nice value of the worker, 0 to 19; 19 is the lowest priority.
        command: the command line, without arguments.
    """

    def __init__(
        self, library: Path, *, threads: int, nice: int, command: Sequence[str] = WORKER
    ) -> None:
        options = ["--threads", str(threads), "--nice", str(nice)]
        self._command = [*command, str(library), *options]
        # Some libraries read these variables only when they are loaded.
        names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
        self._environment = {**os.environ, **dict.fromkeys(names, str(threads))}
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self._messages: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()

    @property
    def runs(self) -> bool:
        """Whether it was started, and neither `stop` nor a death seen by `hear` ended it."""
        return self._process is not None

    @property
    def pid(self) -> int:
        """The process id of the worker; 0 if none runs."""
        return self._process.pid if self._process is not None else 0

    def start(self) -> None:
        """Start the worker.

        Raises:
            OSError: the system cannot start a process.
        """
        self._process = subprocess.Popen(
            self._command,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            bufsize=1,
            # A session of its own, so that it can lower the session's priority: see `worker.py`.
            start_new_session=True,
        )
        self._reader = threading.Thread(
            target=_read, args=(self._process, self._messages), name="worker"
        )
        self._reader.start()

    def train(self, version: int) -> None:
        """Send the worker a version whose job is on the disk.

        If the worker has just died, nothing happens; `hear` reports its death.
        """
        if self._process is not None and self._process.stdin is not None:
            try:
                print(version, file=self._process.stdin, flush=True)
            except OSError:
                return

    def hear(self) -> list[dict[str, Any]]:
        """Return the worker's messages since the last call, oldest first.

        The last one is {"died": "SIGNAL or exit status"} if the worker ended by itself.
        """
        messages = []
        while not self._messages.empty():
            messages.append(self._messages.get())
        if messages and "died" in messages[-1]:
            self._close()
        return messages

    def stop(self) -> None:
        """Stop the worker, also during a training; return when it has ended."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._close()
        self._messages = queue.SimpleQueue()  # drops the message that it died: it was stopped

    def _close(self) -> None:
        if self._process is None or self._reader is None:
            return
        self._process.wait()
        self._reader.join()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:  # an unsent line, which the ended worker cannot read
                    continue
        self._process = self._reader = None


def _read(process: subprocess.Popen[str], messages: queue.SimpleQueue[dict[str, Any]]) -> None:
    assert process.stdout is not None  # noqa: S101 (`start` asks for a pipe)
    for line in process.stdout:
        try:
            messages.put(json.loads(line))
        except ValueError:  # a line that the worker's death cut short
            continue
    status = process.wait()
    how = signal.Signals(-status).name if status < 0 else f"exit status {status}"
    messages.put({"died": how})
