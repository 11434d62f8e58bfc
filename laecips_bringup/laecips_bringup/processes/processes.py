"""Nodes of the graph as operating system processes: start, watch, stop.

Each node has its own process group, so that a Ctrl-C at the terminal reaches the runner alone and
the runner stops the nodes in order. Where `setpriv` is installed, the nodes also end when the
runner is killed.
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
from laecips_edge.launching.node_spec import NodeSpec
from laecips_eval.reports.output_names import LOGS, PARAMETERS

from laecips_bringup.processes.usage import UsageMeter

_PERSUASION = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
_POLL_S = 0.02
_LAST_LINES = 8


class ProcessError(OSError):
    """A node cannot be started or ended by itself; the message gives its last log lines."""


def executable(spec: NodeSpec) -> Path:
    """Return the installed executable of a node.

    Raises:
        ProcessError: the package or the executable is not installed.
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
    """Return the command line of a node after its executable.

    Write the values into a parameter file, as launch does: types are kept, and a user can read
    the file later.

    Args:
        spec: the node.
        folder: folder for its parameter files.
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
    """The process of one node."""

    def __init__(self, spec: NodeSpec, *, environment: Mapping[str, str], folder: Path) -> None:
        """Start the node.

        Args:
            spec: the node.
            environment: the process's whole environment.
            folder: the log goes to `folder/logs/` and the parameters to `folder/parameters/`.

        Raises:
            ProcessError: the node is not installed.
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
        """The process id, which is also the process group's id."""
        return self._process.pid

    @property
    def exit_status(self) -> int | None:
        """The exit status; None while it runs, the negative of a signal that ended it."""
        return self._process.poll()

    def send(self, number: int) -> None:
        """Send a signal to the process group; do nothing if the process has ended."""
        if self.exit_status is None:
            os.killpg(self.pid, number)

    def last_lines(self) -> str:
        """Return the end of the log."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(lines[-_LAST_LINES:])

    def last_error(self) -> str:
        """Return the log's last error without the log's prefix; empty where there is none."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        errors = [line for line in lines if line.startswith(("[ERROR]", "[FATAL]"))]
        return errors[-1].partition("]: ")[2] if errors else ""

    def obituary(self) -> str:
        """Return how the process ended and the end of its log."""
        status = self.exit_status
        how = f"ended with status {status}"
        if status is not None and status < 0:
            how = f"was ended by {signal.Signals(-status).name}"
        return f"{self.spec.name} {how}; {self.log} ends with:\n{self.last_lines()}"


class Processes:
    """The processes of a run; leaving the context stops those that still run.

    Example:
        with Processes(environment=os.environ, folder=Path("out")) as processes:
            processes.start(graph.edge(bundle="bundles/inspection"))
    """

    def __init__(
        self, *, environment: Mapping[str, str], folder: Path, patience_s: float = 5.0
    ) -> None:
        """Create the runner; start no process yet.

        Args:
            environment: as for `NodeProcess`.
            folder: as for `NodeProcess`.
            patience_s: time for a process to stop before the next, harder signal, seconds.
        """
        self._patience_s = patience_s
        self._environment = dict(environment)
        self._folder = folder
        self._running: dict[str, NodeProcess] = {}

    def __enter__(self) -> Processes:
        """Return the object itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the running processes."""
        self.stop()

    def start(self, spec: NodeSpec, *, added: Mapping[str, str] | None = None) -> NodeProcess:
        """Start a node.

        Args:
            spec: the node.
            added: variables of its own, over the common environment.

        Raises:
            ProcessError: the node is not installed.
        """
        environment = self._environment | dict(added or {})
        process = NodeProcess(spec, environment=environment, folder=self._folder)
        self._running[spec.name] = process
        return process

    def __getitem__(self, name: str) -> NodeProcess:
        """Return the process of a node, by the node's name."""
        return self._running[name]

    def ended(self) -> list[NodeProcess]:
        """Return the processes that have ended."""
        return [process for process in self._running.values() if process.exit_status is not None]

    def begin_usage(self) -> None:
        """Restart the usage measurement of every process."""
        for process in self._running.values():
            process.usage.begin()

    def sample_usage(self) -> None:
        """Sample the usage of every process once."""
        for process in self._running.values():
            process.usage.sample()

    def usage(self) -> dict[str, dict[str, float]]:
        """Return the usage of each process, by node name."""
        return {name: process.usage.summary() for name, process in self._running.items()}

    def stop(self, *names: str) -> None:
        """Stop processes with SIGINT, then SIGTERM, then SIGKILL, all of them at a time.

        Args:
            *names: names of the nodes; every node where none is given.
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
