"""In a process of its own: the limit stays for as long as a process lives."""

import subprocess
import sys

import pytest

PROGRAM = """
import ctypes, threading
from laecips_edge.core.malloc_arenas import share_arenas

{limit}
arrived = threading.Barrier(13)

def hold():
    memory = ctypes.CDLL(None).malloc
    memory(1000)
    arrived.wait()
    arrived.wait()

threads = [threading.Thread(target=hold) for _ in range(12)]
for thread in threads:
    thread.start()
arrived.wait()
ctypes.CDLL(None).malloc_stats()
arrived.wait()
"""


def arenas(limit: str) -> int:
    """Arenas of twelve threads that hold memory."""
    command = [sys.executable, "-c", PROGRAM.format(limit=limit)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    return said.count("Arena ")


@pytest.mark.slow
def test_threads_share_two_arenas() -> None:
    without = arenas("")
    if without <= 2:
        pytest.skip("this malloc has no arenas for threads")
    assert arenas("assert share_arenas()") == 2


FREED = """
from laecips_edge.core.malloc_arenas import give_back

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1])

blocks = [bytes(100_000) for _ in range(400)]  # too small to be mapped one by one
last = bytes(100_000)
del blocks
before = resident()
if give_back():
    assert before - resident() > 0.4 * 400 * 100_000 / 4096, (before, resident())
"""


@pytest.mark.slow
def test_what_is_free_goes_back_to_the_system() -> None:
    subprocess.run([sys.executable, "-c", FREED], check=True)
