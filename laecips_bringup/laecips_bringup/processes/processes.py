"""Nodes of the graph as real processes of the operating system: start, watch, stop.

Each runs in a process group of its own, so that a Ctrl-C at the terminal reaches the runner alone
and the nodes are stopped in good order; where `setpriv` is at hand they also end when the runner is
killed.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

import yaml
from ament_index_python.packages import PackageNotFoundError, get_package_prefix

from laecips_bringup.graph.graph import NodeSpec
from laecips_bringup.output_names import LOGS, PARAMETERS
from laecips_bringup.processes.usage import UsageMeter

_PERSUASION = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
_POLL_S = 0.02
_LAST_LINES = 8


class ProcessError(OSError):
    """A node that cannot be started or that ended by itself; says what its log said last."""


def executable(spec: NodeSpec) -> Path:
    """The installed executable of a node.

    Raises:
        ProcessError: when the package or the executable is not installed.
    """
    try:
        path = Path(get_package_prefix(spec.package)) / "lib" / spec.package / spec.executable
    except PackageNotFoundError as error:
        raise ProcessError(
            f"package {spec.package} is not installed: build the workspace and source "
            "install/setup.bash"
        ) from error
    if not path.is_file():
        raise ProcessError(f"{path} is missing: build the workspace again")
    return path


def ros_arguments(spec: NodeSpec, folder: Path) -> list[str]:
    """The command line of a node after its executable.

    Values go through a parameter file, as launch does it: types survive, and the file stays to be
    read.

    Args:
        spec: the node.
        folder: where its parameter files are written.
    """
    arguments = ["--ros-args", "-r", f"__node:={spec.name}", "-r", f"__ns:={spec.namespace}"]
    for inside, outside in spec.remappings.items():
        arguments += ["-r", f"{inside}:={outside}"]
    for number, layer in enumerate(spec.parameters):
        path = layer if isinstance(layer, Path) else folder / f"{spec.name}.{number}.yaml"
        if not isinstance(layer, Path):
            values = {
                name: list(value) if isinstance(value, tuple) else value
                for name, value in layer.items()
            }
            path.write_text(
                yaml.safe_dump({spec.full_name: {"ros__parameters": values}}), encoding="utf-8"
            )
        arguments += ["--params-file", str(path)]
    return arguments


class NodeProcess:
    """One node that runs."""

    def __init__(self, spec: NodeSpec, *, environment: Mapping[str, str], folder: Path) -> None:
        """Starts the node.

        Args:
            spec: the node.
            environment: the process's whole environment.
            folder: its log goes to `folder/logs/`, its parameters to `folder/parameters/`.

        Raises:
            ProcessError: when it is not installed.
        """
        self.spec = spec
        self.log = folder / LOGS / f"{spec.name}.log"
        parameters = folder / PARAMETERS
        for needed in (self.log.parent, parameters):
            needed.mkdir(parents=True, exist_ok=True)
        command = [str(executable(spec)), *ros_arguments(spec, parameters)]
        if setpriv := shutil.which("setpriv"):
            command = [setpriv, "--pdeathsig", "INT", "--", *command]
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.usage = UsageMeter(self.pid, children=True)

    @property
    def pid(self) -> int:
        """Its process id, which is also its process group's."""
        return self._process.pid

    @property
    def exit_status(self) -> int | None:
        """None while it runs; the negative of a signal that ended it."""
        return self._process.poll()

    def send(self, number: int) -> None:
        """Sends a signal to its process group; nothing happens where it has ended."""
        if self.exit_status is None:
            os.killpg(self.pid, number)

    def last_lines(self) -> str:
        """The end of its log."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(lines[-_LAST_LINES:])

    def last_error(self) -> str:
        """What its log called an error last, without the log's own marks; empty where nothing."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        errors = [line for line in lines if line.startswith(("[ERROR]", "[FATAL]"))]
        return errors[-1].partition("]: ")[2] if errors else ""

    def obituary(self) -> str:
        """How it ended, and what its log said last."""
        status = self.exit_status
        how = f"ended with status {status}"
        if status is not None and status < 0:
            how = f"was ended by {signal.Signals(-status).name}"
        return f"{self.spec.name} {how}; {self.log} ends with:\n{self.last_lines()}"


class Processes:
    """The nodes of a run; leaving the context stops those that still run.

    Example:
        with Processes(environment=os.environ, folder=Path("out")) as processes:
            processes.start(graph.edge(bundle="bundles/inspection"))
    """

    def __init__(
        self, *, environment: Mapping[str, str], folder: Path, patience_s: float = 5.0
    ) -> None:
        """Starts nothing yet.

        Args:
            environment: as for `NodeProcess`.
            folder: as for `NodeProcess`.
            patience_s: how long a process that should stop is given before the next, harder signal.
        """
        self._patience_s = patience_s
        self._environment = dict(environment)
        self._folder = folder
        self._running: dict[str, NodeProcess] = {}

    def __enter__(self) -> Processes:
        """Returns itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stops what runs."""
        self.stop()

    def start(self, spec: NodeSpec) -> NodeProcess:
        """Starts a node.

        Raises:
            ProcessError: when it is not installed.
        """
        process = NodeProcess(spec, environment=self._environment, folder=self._folder)
        self._running[spec.name] = process
        return process

    def __getitem__(self, name: str) -> NodeProcess:
        """The process of a node, by the node's name."""
        return self._running[name]

    def ended(self) -> list[NodeProcess]:
        """Those that do not run any more."""
        return [process for process in self._running.values() if process.exit_status is not None]

    def begin_usage(self) -> None:
        """Measures from now on."""
        for process in self._running.values():
            process.usage.begin()

    def sample_usage(self) -> None:
        """Looks at every process once."""
        for process in self._running.values():
            process.usage.sample()

    def usage(self) -> dict[str, dict[str, float]]:
        """What each has cost, by name."""
        return {name: process.usage.summary() for name, process in self._running.items()}

    def stop(self, *names: str) -> None:
        """Ends processes: SIGINT, then SIGTERM, then SIGKILL, all of them at a time.

        Args:
            *names: of the nodes; every node where none is given.
        """
        chosen = [self._running[name] for name in names or self._running]
        for number in _PERSUASION:
            alive = [process for process in chosen if process.exit_status is None]
            for process in alive:
                process.send(number)
            _wait_until_ended(alive, self._patience_s)


def _wait_until_ended(processes: Sequence[NodeProcess], patience_s: float) -> None:
    limit = time.monotonic() + patience_s
    while time.monotonic() < limit:
        if all(process.exit_status is not None for process in processes):
            return
        time.sleep(_POLL_S)
