"""The trainer's worker: a process that trains one job after the other, at low priority.

Started as `python -m laecips_cloud.trainer.worker LIBRARY --nice 19 --threads 1`. It is told on
its standard input which version to train, one number a line, and says what it does on its standard
output, one JSON object a line: {"ready": true}, {"progress": "..."}, {"done": {...}} or
{"failed": "..."}. It ends in good order at SIGTERM, and when the other side of its input is gone.

It knows nothing of ROS: frames, bundles and jobs are on the disk, and whatever it was killed in can
be begun anew, or gone on with from the trained f.
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
    """Work until the input ends or SIGTERM comes."""
    args = _parser().parse_args()
    # Before anything starts threads: they have the priority of whoever starts them.
    _step_back(max(args.nice, os.getpriority(os.PRIO_PROCESS, 0)))
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is the trainer's, which ends this
    telling = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8")
    os.dup2(2, 1)  # what libraries print must not be taken for an answer
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
    """Lowers the priority of this process, and of its session.

    Where Linux shares the processor out between sessions first (`sched_autogroup_enabled`), the
    priority of a process says nothing against those of other sessions. This one has its own.
    """
    os.setpriority(os.PRIO_PROCESS, 0, nice)
    if os.getsid(0) == os.getpid():
        with contextlib.suppress(OSError):  # no such kernel, or not allowed
            _AUTOGROUP.write_text(str(nice), encoding="ascii")


def _alone(folder: Path) -> Any:
    """The job's folder, for this process alone: a worker of before may still be on its way out."""
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
