"""The trainer's worker: a process that runs one training job after the other, at low priority.

Started as `python -m laecips_cloud.trainer.worker LIBRARY --nice 19 --threads 1`. It reads the
versions to train from standard input, one number a line, and writes one JSON object a line to
standard output: {"ready": true}, {"progress": "..."}, {"done": {...}} or {"failed": "..."}. It
exits with status 0 on SIGTERM and when its standard input ends.

It does not use ROS: frames, bundles and jobs are on the disk. A job whose worker was killed can be
run again; it then starts from the trained f if there is one.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import queue
import signal
import sys
import threading
import time
import traceback
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn, TextIO

from laecips_edge.core.atomic_files import lock_folder

_POLL_S = 0.1
_AUTOGROUP = Path("/proc/self/autogroup")


def main() -> int:
    """Run jobs until standard input ends or SIGTERM comes."""
    args = _parser().parse_args()
    # Before any thread starts: a thread inherits the priority of the one that starts it.
    _step_back(max(args.nice, os.getpriority(os.PRIO_PROCESS, 0)))
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the trainer, which ends the worker
    telling = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8")
    os.dup2(2, 1)  # what libraries print goes to stderr, not among the messages
    wanted: queue.SimpleQueue[int] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(sys.stdin, wanted), name="input", daemon=True).start()

    import cv2  # noqa: PLC0415 (at low priority, and after the signals are caught)
    import torch  # noqa: PLC0415

    from laecips_cloud.library.model_library import EXAMS, JOBS, version_folder  # noqa: PLC0415
    from laecips_cloud.trainer.run_job import run_job  # noqa: PLC0415

    torch.set_num_threads(args.threads)
    cv2.setNumThreads(args.threads)
    _tell(telling, ready=True)
    while True:
        version = f"{wanted.get():06d}"
        folder = args.library / JOBS / version
        try:
            with _alone(folder):
                done = run_job(
                    folder,
                    lambda number: version_folder(args.library, number),
                    args.library / EXAMS,
                    lambda line: _tell(telling, progress=line),
                )
            _tell(telling, done=done)
        except Exception as error:
            if not isinstance(error, ValueError | OSError):
                traceback.print_exc()
            kind = "" if isinstance(error, ValueError | OSError) else f"{type(error).__name__}: "
            _tell(telling, failed=kind + " ".join(str(error).split()))


def _step_back(nice: int) -> None:
    """Lower the priority of this process and, if it leads one, of its session.

    If Linux divides processor time between sessions first (`sched_autogroup_enabled`), the nice
    value of a process counts only within its session, so that the session needs its own.
    """
    os.setpriority(os.PRIO_PROCESS, 0, nice)
    if os.getsid(0) == os.getpid():
        with contextlib.suppress(OSError):  # the kernel has no such file, or forbids it
            _AUTOGROUP.write_text(str(nice), encoding="ascii")


def _alone(folder: Path) -> Any:
    """Lock the job's folder; wait, for the previous worker process may not have ended yet."""
    while True:
        lock = lock_folder(folder)
        if lock is not None:
            return lock
        time.sleep(_POLL_S)


def _listen(source: TextIO, wanted: queue.SimpleQueue[int]) -> None:
    for line in source:
        wanted.put(int(line))
    os.kill(os.getpid(), signal.SIGTERM)  # the trainer is gone


def _end(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)


def _tell(telling: TextIO, **message: Any) -> None:
    try:
        print(json.dumps(message), file=telling, flush=True)
    except BrokenPipeError:
        raise SystemExit(0) from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Trains the jobs of a trainer's library.")
    parser.add_argument("library", type=Path)
    parser.add_argument("--nice", type=int, default=19)
    parser.add_argument("--threads", type=int, default=1)
    return parser


if __name__ == "__main__":
    sys.exit(main())
