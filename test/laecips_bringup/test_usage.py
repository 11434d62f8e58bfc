"""CPU and memory of a process."""

import os
import subprocess
import sys
import time

from laecips_bringup.usage import UsageMeter


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
