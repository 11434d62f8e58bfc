"""SIGTERM and SIGHUP as Ctrl-C."""

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from laecips_bringup.processes.this_process import signals_interrupt

STOPS = [signal.SIGTERM, signal.SIGHUP]


@pytest.mark.parametrize("number", STOPS)
def test_a_signal_interrupts_and_the_former_handler_comes_back(number: int) -> None:
    before = signal.signal(number, signal.default_int_handler)  # nohup has it ignored
    try:
        with pytest.raises(KeyboardInterrupt), signals_interrupt():
            os.kill(os.getpid(), number)
        assert signal.getsignal(number) is signal.default_int_handler
    finally:
        signal.signal(number, before)


def test_under_nohup_a_closed_terminal_is_no_reason_to_stop() -> None:
    former = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with signals_interrupt():
            os.kill(os.getpid(), signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, former)


COMMAND = """
import fcntl, signal, sys, termios
from laecips_bringup.processes.this_process import signals_interrupt

fcntl.ioctl(0, termios.TIOCSCTTY, 0)
try:
    with signals_interrupt():
        print("ready", flush=True)
        signal.pause()
except KeyboardInterrupt:
    print("writing the report", flush=True)
    open(sys.argv[1], "w").write("report")
"""


@pytest.mark.slow
def test_a_closed_terminal_costs_no_report(tmp_path: Path) -> None:
    report = tmp_path / "report"
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, str(report)],
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    os.close(theirs)
    shown = b""
    while b"ready" not in shown:
        shown += os.read(ours, 100)
    os.close(ours)
    assert process.wait(timeout=30) == 0
    assert report.read_text(encoding="utf-8") == "report"
