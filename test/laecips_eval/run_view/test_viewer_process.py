"""The viewer's process, with a program that stands where Rerun's does."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from laecips_eval.run_view.viewer_process import (
    ViewerError,
    ViewerProcess,
    listens,
    native_viewer,
    usable_port,
    web_viewer,
)

LISTENING = """#!{python}
import json, os, socket, sys
arguments = sys.argv[1:]
with open({told!r}, "w") as file:
    json.dump([arguments, os.environ.get("CI")], file)
server = socket.create_server((arguments[1], int(arguments[3])))
server.accept()  # of who asks whether it listens
server.accept()
"""


def a_program(folder: Path, text: str) -> Path:
    program = folder / "viewer"
    program.write_text(text.format(python=sys.executable, told=str(folder / "told.json")))
    program.chmod(0o755)
    return program


@pytest.mark.slow
def test_it_listens_on_loopback_and_ends_with_its_context(tmp_path: Path) -> None:
    page = usable_port(0)
    with web_viewer(a_program(tmp_path, LISTENING), page=page, data=0) as viewer:
        assert viewer.runs
        assert viewer.data_url == f"rerun+http://127.0.0.1:{viewer.port}/proxy"
        told = (tmp_path / "told.json").read_text()
    assert not viewer.runs
    assert not listens(viewer.port)
    assert f'"--bind", "127.0.0.1", "--port", "{viewer.port}"' in told
    assert f'"--serve-web", "--web-viewer-port", "{page}"' in told
    assert told.endswith('"1"]')


@pytest.mark.slow
def test_a_window_that_is_closed_ends_the_wait(tmp_path: Path) -> None:
    with ViewerProcess(a_program(tmp_path, LISTENING)) as viewer:
        socket.create_connection(("127.0.0.1", viewer.port)).close()
        viewer.wait()
        assert not viewer.runs


@pytest.mark.slow
def test_a_viewer_that_does_not_start_says_why(tmp_path: Path) -> None:
    text = "#!/bin/sh\nprintf '\\033[31mno graphics\\033[0m\\n\\n' >&2\nexit 1\n"
    with (
        pytest.raises(ViewerError, match=r"does not start \(no graphics\): take --web"),
        ViewerProcess(a_program(tmp_path, text)),
    ):
        pass


@pytest.mark.slow
@pytest.mark.parametrize(
    ("end", "words"),
    [
        ("print('driver', file=sys.stderr)\nsys.exit(3)", "driver"),
        ("sys.exit(3)", "exit status 3"),
        ("os.kill(os.getpid(), 9)", "SIGKILL"),
    ],
    ids=["says why", "silent", "killed"],
)
def test_a_viewer_that_fails_later_says_why(tmp_path: Path, end: str, words: str) -> None:
    with ViewerProcess(a_program(tmp_path, LISTENING + end)) as viewer:
        socket.create_connection(("127.0.0.1", viewer.port)).close()
        with pytest.raises(ViewerError, match=rf"viewer ended \({words}\): take --web, or --save"):
            viewer.wait()


@pytest.mark.slow
def test_it_ends_with_a_command_that_is_ended(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path; from laecips_eval.run_view.viewer_process import ViewerProcess\n"
        f"with ViewerProcess(Path({str(a_program(tmp_path, LISTENING))!r})) as viewer:\n"
        "    print(viewer.port, flush=True)\n"
        "    viewer.wait()"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        process.terminate()
    assert not listens(port)


def test_a_port_in_use_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert listens(port)
        with pytest.raises(ViewerError, match=f"port {port} cannot be used .*give another --port"):
            usable_port(port)


def test_a_window_needs_a_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    with pytest.raises(ViewerError, match="no display here: take --web, or --save"):
        native_viewer(Path("viewer"))
