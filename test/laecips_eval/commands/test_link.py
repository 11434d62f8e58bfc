"""`laecips link` as a command of its own."""

import os
import signal
import subprocess
import sys

import pytest
from laecips_eval.thin_link import control
from processes import until

pytestmark = pytest.mark.slow

LINK = [sys.executable, "-m", "laecips_edge.cli", "link"]
SERVE = (
    "import os, socket; host, port = os.environ['LINK_LISTEN'].split(':');"
    "end, _ = socket.create_server((host, int(port))).accept(); end.sendall(end.recv(9)[::-1])"
)
DIAL = (
    "import os, socket, time; host, port = os.environ['LINK_CLOUD'].split(':')\n"
    "answer = b''\n"
    "while not answer:\n"
    "    try:\n"
    "        end = socket.create_connection((host, int(port))); end.sendall(b'frame')\n"
    "        answer = end.recv(9)\n"
    "    except OSError:\n"
    "        time.sleep(0.05)\n"
    "print(answer.decode()); exit(7)"
)


def command(code: str) -> str:
    return f'{sys.executable} -c "{code}"'


@pytest.mark.parametrize("mode", ["auto", "relay"])
def test_a_robot_and_a_cloud_meet(mode: str) -> None:
    arguments = ["--rate", "40mbit", "--delay", "1ms", "--mode", mode]
    done = subprocess.run(
        [*LINK, *arguments, "--", command(SERVE), command(DIAL)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "emarf" in done.stdout, done.stdout + done.stderr
    assert "40 Mbit/s, 2 ms round trip" in done.stdout
    assert ("relay of TCP connections" in done.stdout) == (mode == "relay" or os.geteuid() != 0)
    assert done.returncode == 7


def test_it_is_cut_mended_and_asked_from_elsewhere() -> None:
    name = f"test-{os.getpid()}"
    running = subprocess.Popen([*LINK, "--name", name, "--", "exec sleep 60"])
    try:
        until(lambda: name in control.links())
        orders = (("cut", "cut"), ("status", "cut"), ("mend", "whole"), ("rate 1mbit", "whole"))
        for order, said in orders:
            done = subprocess.run(
                [*LINK, *order.split(), name],
                capture_output=True,
                text=True,
                timeout=60,
                check=True,
            )
            assert done.stdout.splitlines()[0] == said
    finally:
        running.send_signal(signal.SIGTERM)
    assert running.wait(30) == 130
    assert name not in control.links()


def test_a_link_that_is_killed_leaves_nothing() -> None:
    name = f"killed-{os.getpid()}"
    running = subprocess.Popen([*LINK, "--name", name, "--mode", "relay"])
    until(lambda: name in control.links())
    running.kill()
    running.wait()
    until(lambda: name not in control.links())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--rate", "fast"], "'fast' is not a rate such as 4mbit"),
        (["--loss", "100%"], "loss 1 is not in [0, 1)"),
        (["--", "a", "b", "c"], "3 commands: give CLOUD ROBOT or ROBOT"),
        (["cut", "nowhere"], "no link 'nowhere'"),
        (["rate"], "rate: give the new rate, such as 400kbit"),
        (["rate", "slow"], "'slow' is not a rate such as 4mbit"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(arguments: list[str], message: str) -> None:
    done = subprocess.run([*LINK, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("laecips link: ")
    assert message in line
