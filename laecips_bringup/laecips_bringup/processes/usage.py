"""CPU and memory use of a process, with its child processes."""

from __future__ import annotations

import contextlib
import time

import psutil


class UsageMeter:
    """CPU share and peak resident memory of one process, from `begin` to the last `sample`.

    Args:
        pid: id of the process; after it ends, the last values remain.
        children: whether child processes count too: a trainer's work is done by its worker.
    """

    def __init__(self, pid: int, *, children: bool = False) -> None:
        """Start to measure."""
        self._children = children
        self._process: psutil.Process | None = None
        self._rss = 0
        with contextlib.suppress(psutil.NoSuchProcess):
            self._process = psutil.Process(pid)
        self.begin()

    def begin(self) -> None:
        """Restart the CPU measurement, to omit the start-up; keep the peak of memory."""
        self._begin_cpu = self._last_cpu = 0.0
        self._begin = self._last = time.monotonic()
        self.sample()
        self._begin_cpu = self._last_cpu

    def sample(self) -> None:
        """Read the process's usage; call it about once a second to see the peak of memory."""
        if self._process is None:
            return
        try:
            started = self._process.children(recursive=True) if self._children else []
            family = [self._process, *started]
            times = [process.cpu_times() for process in family]
            rss = sum(process.memory_info().rss for process in family)
        except psutil.Error:  # the process has just ended
            return
        self._rss = max(self._rss, rss)
        gone = times[0].children_user + times[0].children_system if self._children else 0.0
        self._last_cpu = gone + sum(spent.user + spent.system for spent in times)
        self._last = time.monotonic()

    def summary(self) -> dict[str, float]:
        """Return `cpu_percent` (100 is one core) and `rss_mb_max` (10^6 bytes)."""
        wall = self._last - self._begin
        cpu = self._last_cpu - self._begin_cpu
        return {
            "cpu_percent": round(100 * cpu / wall, 1) if wall > 0 else 0.0,
            "rss_mb_max": round(self._rss / 1e6, 1),
        }
