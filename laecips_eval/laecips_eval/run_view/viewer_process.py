"""Rerun's viewer as a process of its own that listens on loopback alone.

The functions of Rerun's package that start a viewer or serve a page listen on all addresses of the
machine, so its program is started here, with `--bind`.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType, TracebackType
from typing import Final

LOOPBACK: Final = "127.0.0.1"

_MEMORY: Final = "50%"
"""Of this machine's; beyond it the viewer drops the oldest frames."""

_NO_USAGE_REPORTS: Final = {"CI": "1"}
"""Rerun's program reports its use to its makers unless it runs in a CI."""

_COLOURS: Final = re.compile(r"\x1b\[[0-9;]*m")

_START_S: Final = 30.0
_END_S: Final = 5.0
_POLL_S: Final = 0.1


class ViewerError(ValueError):
    """The viewer cannot be shown; the message is one line: what is wrong and what to do."""


class ViewerProcess:
    """A running viewer; leaving its context ends it, and so does a SIGTERM to this process.

    Args:
        program: Rerun's program.
        arguments: its arguments but for the address and the port of data.
        port: port of loopback on which it takes data; 0 for a free one.

    Raises:
        ViewerError: the port is taken.
    """

    def __init__(self, program: Path, arguments: Sequence[str] = (), *, port: int = 0) -> None:
        self.port = usable_port(port)
        self._command = [str(program), "--bind", LOOPBACK, "--port", str(self.port), *arguments]

    @property
    def data_url(self) -> str:
        """Where a recording connects to."""
        return data_url(self.port)

    @property
    def runs(self) -> bool:
        """Whether it runs; a person may close its window."""
        return self._process.poll() is None

    def wait(self) -> None:
        """Wait until it ends.

        Raises:
            ViewerError: it ends with an error, for example of the graphics driver.
        """
        if self._process.wait() != 0:
            raise ViewerError(
                f"Rerun's viewer ended ({self._last_words()}): take --web, or --save FILE.rrd"
            )

    def __enter__(self) -> ViewerProcess:
        """Start it, and wait until it takes data.

        Raises:
            ViewerError: it does not start.
        """
        self._said = tempfile.TemporaryFile()
        self._before = signal.signal(signal.SIGTERM, _interrupt)
        self._process = subprocess.Popen(
            self._command,
            env=os.environ | _NO_USAGE_REPORTS,
            stdout=subprocess.DEVNULL,
            stderr=self._said,
        )
        end = time.monotonic() + _START_S
        while not listens(self.port):
            if not self.runs or time.monotonic() > end:
                words = self._last_words()
                self.__exit__(None, None, None)
                raise ViewerError(
                    f"Rerun's viewer does not start ({words}): take --web, or --save FILE.rrd"
                )
            time.sleep(_POLL_S)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it."""
        self._process.terminate()
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._said.close()
        signal.signal(signal.SIGTERM, self._before)

    def _last_words(self) -> str:
        """Return the last line that it wrote before it failed, or else how it ended."""
        status = self._process.poll()
        if status is not None and status < 0:
            return signal.Signals(-status).name
        self._said.seek(0)
        lines = self._said.read().decode(errors="replace").split("\n")
        written = [_COLOURS.sub("", line).strip() for line in lines]
        return next((line for line in reversed(written) if line), f"exit status {status}")


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def native_viewer(program: Path) -> ViewerProcess:
    """Return the viewer in a window.

    Raises:
        ViewerError: no window can be opened here.
    """
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise ViewerError("no display here: take --web, or --save FILE.rrd and open it elsewhere")
    return ViewerProcess(program, ["--memory-limit", _MEMORY, "--hide-welcome-screen"])


def web_viewer(program: Path, *, page: int, data: int) -> ViewerProcess:
    """Return the viewer as a web server.

    Args:
        program: Rerun's program.
        page: port of loopback for its page.
        data: port for data.

    Raises:
        ViewerError: a port is taken.
    """
    arguments = ["--serve-web", "--web-viewer-port", str(page), "--server-memory-limit", _MEMORY]
    return ViewerProcess(program, arguments, port=data)


def data_url(port: int) -> str:
    """Return where a recording, or a page, finds the data of a viewer with this port for them."""
    return f"rerun+http://{LOOPBACK}:{port}/proxy"


def usable_port(port: int) -> int:
    """Return a port of loopback that nobody uses: this one, or any for 0.

    Raises:
        ViewerError: it is taken.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except (OSError, OverflowError) as error:
            raise ViewerError(
                f"port {port} cannot be used ({error}): give another --port"
            ) from error
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    """Return whether somebody listens on a port of loopback."""
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex((LOOPBACK, port)) == 0
