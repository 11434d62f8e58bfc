"""CPU and memory of a process."""

import os
import subprocess
import sys
import time

import pytest
from laecips_bringup.processes.usage import UsageMeter

pytestmark = pytest.mark.slow


def test_work_is_seen() -> None:
    meter = UsageMeter(os.getpid())
    limit = time.process_time() + 0.2
    while time.process_time() < limit:
        pass
    meter.sample()
    usage = meter.summary()
    assert usage["cpu_percent"] > 0
    assert usage["rss_mb_max"] > 1
    meter.begin()
    assert meter.summary()["cpu_percent"] == 0.0
    assert meter.summary()["rss_mb_max"] >= usage["rss_mb_max"]


BUSY = """
import subprocess, sys, time
limit = time.process_time() + 0.3
while time.process_time() < limit:
    pass
print(flush=True)
input()
"""
PARENT = f"""
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", {BUSY!r}], stdin=subprocess.PIPE)
input()
child.communicate(b"\\n")
print(flush=True)
input()
"""


def test_the_work_of_children_counts_while_they_run_and_afterwards() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdin=-1, stdout=-1)
    assert parent.stdout is not None
    assert parent.stdin is not None
    meter, without = UsageMeter(parent.pid, children=True), UsageMeter(parent.pid)
    alone = without.summary()["rss_mb_max"]
    parent.stdout.readline()  # the child has worked
    meter.sample()
    assert _worked_s(meter) >= 0.3
    # Two interpreters need more than one.
    assert meter.summary()["rss_mb_max"] > 1.3 * alone
    parent.stdin.write(b"\n")
    parent.stdin.flush()
    parent.stdout.readline()  # the child is gone
    for one in (meter, without):
        one.sample()
    assert _worked_s(meter) >= 0.3 > _worked_s(without)
    parent.communicate(b"\n")


def _worked_s(meter: UsageMeter) -> float:
    """CPU seconds since the beginning."""
    return meter._last_cpu - meter._begin_cpu


def test_a_process_that_is_gone_keeps_what_was_seen() -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", "print(flush=True); input()"], stdin=-1, stdout=-1
    )
    assert child.stdout is not None
    child.stdout.readline()
    meter = UsageMeter(child.pid)
    seen = meter.summary()["rss_mb_max"]
    child.kill()
    child.communicate()
    meter.sample()
    assert meter.summary()["rss_mb_max"] == seen > 0
    assert UsageMeter(child.pid).summary() == {"cpu_percent": 0.0, "rss_mb_max": 0.0}
