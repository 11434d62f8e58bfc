"""The trainer's hold on its worker: starts it, tells it what to train, hears it, ends it."""

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
"""How long a worker may take to end in good order; nothing is lost where it is killed instead."""

WORKER: Final = (sys.executable, "-m", "laecips_cloud.trainer.worker")


class WorkerProcess:
    """One worker at a time; for one thread.

    Args:
        library: folder of the library that it works in.
        threads: of torch, OpenCV and BLAS.
        nice: its priority, 19 is the lowest.
        command: how it is started.
    """

    def __init__(
        self, library: Path, *, threads: int, nice: int, command: Sequence[str] = WORKER
    ) -> None:
        options = ["--threads", str(threads), "--nice", str(nice)]
        self._command = [*command, str(library), *options]
        # Some libraries read these once, when they are loaded.
        names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
        self._environment = {**os.environ, **dict.fromkeys(names, str(threads))}
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self._messages: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()

    @property
    def runs(self) -> bool:
        """Whether it was started, and has not been found ended by `hear` or ended by `stop`."""
        return self._process is not None

    @property
    def pid(self) -> int:
        """Its process id; 0 where there is none."""
        return self._process.pid if self._process is not None else 0

    def start(self) -> None:
        """Starts it; OSError where the system cannot."""
        self._process = subprocess.Popen(
            self._command,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            bufsize=1,
            # Its own session, whose priority it can lower: see `worker.py`.
            start_new_session=True,
        )
        self._reader = threading.Thread(
            target=_read, args=(self._process, self._messages), name="worker"
        )
        self._reader.start()

    def train(self, version: int) -> None:
        """Lets it train a version whose job is on the disk; one that has just died hears nothing.

        That is told by `hear`.
        """
        if self._process is not None and self._process.stdin is not None:
            try:
                print(version, file=self._process.stdin, flush=True)
            except OSError:
                return

    def hear(self) -> list[dict[str, Any]]:
        """What it has said since; {"died": "how"} where it has ended by itself."""
        messages = []
        while not self._messages.empty():
            messages.append(self._messages.get())
        if messages and "died" in messages[-1]:
            self._close()
        return messages

    def stop(self) -> None:
        """Ends it, in the middle of a training too; returns once it is gone."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._close()
        self._messages = queue.SimpleQueue()  # that it ended is no news

    def _close(self) -> None:
        if self._process is None or self._reader is None:
            return
        self._process.wait()
        self._reader.join()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:  # a line that nobody reads any more
                    continue
        self._process = self._reader = None


def _read(process: subprocess.Popen[str], messages: queue.SimpleQueue[dict[str, Any]]) -> None:
    assert process.stdout is not None  # noqa: S101 (a pipe was asked for)
    for line in process.stdout:
        try:
            messages.put(json.loads(line))
        except ValueError:  # cut short by its death
            continue
    status = process.wait()
    how = signal.Signals(-status).name if status < 0 else f"exit status {status}"
    messages.put({"died": how})
