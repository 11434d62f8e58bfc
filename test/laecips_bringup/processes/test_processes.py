"""Nodes as processes: a small ament prefix with shell scripts for executables."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from laecips_bringup.processes.processes import ProcessError, Processes, executable, ros_arguments
from laecips_edge.launching.node_spec import NodeSpec

pytestmark = pytest.mark.slow

SCRIPTS = {
    "obedient": 'trap "exit 0" INT; echo ready; while :; do sleep 0.01; done',
    "stubborn": 'trap "" INT TERM; echo ready; while :; do sleep 0.01; done',
    "mortal": "echo first; echo the bundle is missing >&2; exit 3",
    "unhappy": "echo '[ERROR] [1.5] [zoo]: configure failed: no bundle'; echo '[INFO] bye'",
    "curious": 'echo "$@"; env',
}


@pytest.fixture
def prefix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An install space with a package `zoo` whose executables are SCRIPTS."""
    root = tmp_path / "prefix"
    index = root / "share/ament_index/resource_index/packages"
    index.mkdir(parents=True)
    (index / "zoo").touch()
    (root / "lib/zoo").mkdir(parents=True)
    for name, text in SCRIPTS.items():
        path = root / "lib/zoo" / name
        path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        path.chmod(0o755)
    monkeypatch.setenv("AMENT_PREFIX_PATH", f"{root}:{os.environ['AMENT_PREFIX_PATH']}")
    return root


def spec(name: str, **fields: object) -> NodeSpec:
    return NodeSpec(package="zoo", executable=name, name=name, **fields)  # type: ignore[arg-type]


def until(condition: Callable[[], bool], limit_s: float = 10.0) -> None:
    """Polls; fails the test when the condition does not come true."""
    limit = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < limit, "waited in vain"
        time.sleep(0.01)


@pytest.mark.usefixtures("prefix")
def test_every_process_is_stopped_however_stubborn(tmp_path: Path) -> None:
    with (
        Processes(environment=os.environ, folder=tmp_path) as patient,
        Processes(environment=os.environ, folder=tmp_path, patience_s=0.3) as impatient,
    ):
        obedient, stubborn = patient.start(spec("obedient")), impatient.start(spec("stubborn"))
        for process in (obedient, stubborn):
            until(lambda process=process: "ready" in process.last_lines())
            assert os.getpgid(process.pid) == process.pid
        assert patient.ended() + impatient.ended() == []
        patient.sample_usage()
        assert patient.usage()["obedient"]["rss_mb_max"] > 0
    assert obedient.exit_status == 0
    assert stubborn.exit_status == -9


@pytest.mark.usefixtures("prefix")
def test_a_node_that_dies_says_why(tmp_path: Path) -> None:
    with Processes(environment=os.environ, folder=tmp_path) as processes:
        mortal = processes.start(spec("mortal"))
        until(lambda: processes.ended() == [mortal])
        obituary = mortal.obituary()
    assert obituary.startswith("mortal ended with status 3; ")
    assert obituary.endswith("mortal.log ends with:\nfirst\nthe bundle is missing")


@pytest.mark.usefixtures("prefix")
@pytest.mark.parametrize(
    ("name", "error"), [("unhappy", "configure failed: no bundle"), ("mortal", "")]
)
def test_the_last_error_in_a_log(tmp_path: Path, name: str, error: str) -> None:
    with Processes(environment=os.environ, folder=tmp_path) as processes:
        process = processes.start(spec(name))
        until(lambda: process.exit_status is not None)
        assert process.last_error() == error


@pytest.mark.usefixtures("prefix")
def test_a_signal_in_the_obituary(tmp_path: Path) -> None:
    with Processes(environment=os.environ, folder=tmp_path) as processes:
        process = processes.start(spec("obedient"))
        process.send(9)
        until(lambda: process.exit_status is not None)
        assert "was ended by SIGKILL" in process.obituary()
        process.send(9)  # to one that is gone: nothing happens


@pytest.mark.usefixtures("prefix")
def test_arguments_and_environment_reach_the_node(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "ROS_DOMAIN_ID": "77"}
    with Processes(environment=environment, folder=tmp_path) as processes:
        curious = processes.start(spec("curious", namespace="/robot"))
        until(lambda: curious.exit_status is not None)
    log = curious.log.read_text(encoding="utf-8")
    assert log.startswith("--ros-args -r __node:=curious -r __ns:=/robot\n")
    assert "ROS_DOMAIN_ID=77" in log


def test_parameters_keep_their_types(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    node = spec(
        "curious",
        namespace="/robot",
        parameters=(mine, {"text": "1.0", "number": 1.0, "flag": True, "many": ("a", "b")}),
        remappings={"image": "/camera/image"},
    )
    arguments = ros_arguments(node, tmp_path)
    assert arguments[5:9] == ["-r", "image:=/camera/image", "--params-file", str(mine)]
    written = yaml.safe_load(Path(arguments[-1]).read_text(encoding="utf-8"))
    assert written == {
        "/robot/curious": {
            "ros__parameters": {"text": "1.0", "number": 1.0, "flag": True, "many": ["a", "b"]}
        }
    }


@pytest.mark.usefixtures("prefix")
@pytest.mark.parametrize(
    ("package", "name", "message"),
    [
        ("atlantis", "node", "package atlantis is not installed: build the workspace"),
        ("zoo", "unicorn", "zoo/unicorn is missing: build the workspace again"),
    ],
)
def test_what_is_not_installed_is_named(package: str, name: str, message: str) -> None:
    with pytest.raises(ProcessError, match=message):
        executable(NodeSpec(package=package, executable=name, name=name))
