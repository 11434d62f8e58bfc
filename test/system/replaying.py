"""`laecips replay` in a process of its own."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

COMMAND = [sys.executable, "-m", "laecips_edge.cli", "replay"]


@dataclass
class Run:
    """A replay that runs, or ran."""

    process: subprocess.Popen[str]
    out: Path

    def node(self, executable: str) -> psutil.Process | None:
        """The process of a node."""
        for child in psutil.Process(self.process.pid).children():
            if any(part.endswith(f"/{executable}") for part in child.cmdline()):
                return child
        return None

    def answered_by_cloud(self) -> int:
        """Frames that the cloud has kept, and so has answered or is about to."""
        file = self.out / "replay.sqlite"
        if not file.is_file():
            return 0
        try:
            with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as buffer:
                return int(buffer.execute("SELECT count(*) FROM frames").fetchone()[0])
        except sqlite3.OperationalError:
            return 0  # being made

    def end(self) -> tuple[int, str]:
        """Exit status and output."""
        output, _ = self.process.communicate(timeout=90)
        return self.process.returncode, output


@contextmanager
def replaying(*arguments: object, out: Path) -> Iterator[Run]:
    """`laecips replay` as a process; ends with the block."""
    command = [*COMMAND, *map(str, arguments), "--out", str(out)]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # Where ROS would keep its logs if nobody said otherwise.
        env={**os.environ, "ROS_HOME": str(out / "ros_home")},
    )
    try:
        yield Run(process, out)
    finally:
        process.terminate()
        process.communicate(timeout=30)


def replay(*arguments: object, out: Path) -> tuple[int, str]:
    with replaying(*arguments, out=out) as run:
        return run.end()
