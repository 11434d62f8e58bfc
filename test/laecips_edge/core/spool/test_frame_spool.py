import resource
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from laecips_edge.core.spool.frame_spool import FrameSpool, SpooledFrame, SpoolError


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "spool.sqlite"


def opened(path: Path, **options: Any) -> FrameSpool:
    return FrameSpool(path, **({"max_bytes": 30, "max_age_s": 60.0} | options))


def add(spool: FrameSpool, key: str, trust: float = 0.5, data: bytes = b"0123456789") -> bool:
    return spool.add(key, data, trust=trust, thumbnail=b"")


def test_the_least_trusted_comes_first_and_stays_until_it_is_removed(path: Path) -> None:
    spool = opened(path)
    add(spool, "a", 0.5)
    add(spool, "b", 0.1, b"of b")
    assert spool.next() == SpooledFrame(request_id="b", data=b"of b")
    assert spool.next() == SpooledFrame(request_id="b", data=b"of b")
    add(spool, "c", float("nan"))
    assert [taken(spool) for _ in range(4)] == ["c", "b", "a", ""]
    assert spool.totals == (0, 0)


def taken(spool: FrameSpool) -> str:
    frame = spool.next()
    if frame is None:
        return ""
    spool.remove(frame.request_id)
    return frame.request_id


def test_a_frame_added_twice_is_there_once(path: Path) -> None:
    spool = opened(path)
    add(spool, "a")
    add(spool, "a", data=b"new")
    assert spool.totals == (1, 3)
    assert spool.next() == SpooledFrame(request_id="a", data=b"new")


def test_it_is_bounded_by_bytes_and_says_so(path: Path) -> None:
    spool = opened(path)
    assert all(add(spool, key, trust) for key, trust in [("a", 0.1), ("b", 0.9), ("c", 0.2)])
    assert add(spool, "d", 0.3)
    assert not add(spool, "e", 1.0)
    assert spool.totals == (3, 30)
    assert spool.dropped == 2
    assert [taken(spool) for _ in range(4)] == ["a", "c", "d", ""]


def test_it_is_bounded_by_age(path: Path) -> None:
    clock = Clock()
    spool = opened(path, now=clock, steady=clock)
    add(spool, "a")
    clock.now += 59
    add(spool, "b")
    clock.now += 2
    assert taken(spool) == "b"
    assert spool.totals == (0, 0)


@pytest.mark.parametrize("step_s", [1e8, -1e8])
def test_a_clock_that_is_set_makes_no_frame_older(step_s: float, path: Path) -> None:
    clock, steady = Clock(), Clock()

    def pass_by(seconds: float) -> None:
        clock.now += seconds
        steady.now += seconds

    opened(path, now=clock, steady=steady).add("earlier", b"", trust=0.9, thumbnail=b"")
    pass_by(1)
    spool = opened(path, now=clock, steady=steady)
    add(spool, "a", 0.1)
    pass_by(30)
    clock.now += step_s
    add(spool, "b", 0.2)
    pass_by(29)
    assert spool.next() == SpooledFrame(request_id="a", data=b"0123456789")
    pass_by(2)
    assert spool.next() == SpooledFrame(request_id="b", data=b"0123456789")
    # Nobody knows the age of what another process has left.
    assert spool.totals == ((1, 10) if step_s > 0 else (2, 10))


def test_it_outlives_its_process(path: Path) -> None:
    """Killed right after `add` has returned."""
    script = (
        "import os, signal, pathlib, sys\n"
        "from laecips_edge.core.spool.frame_spool import FrameSpool\n"
        "spool = FrameSpool(pathlib.Path(sys.argv[1]), max_bytes=30, max_age_s=1e9)\n"
        "spool.add('a', b'data', trust=0.5, thumbnail=b'')\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    ended = subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    assert ended.returncode == -signal.SIGKILL
    spool = opened(path, max_age_s=1e9)
    assert spool.totals == (1, 4)
    assert spool.next() == SpooledFrame(request_id="a", data=b"data")


def test_lower_bounds_hold_for_what_was_there(path: Path) -> None:
    spool = opened(path)
    for key, trust in [("a", 0.1), ("b", 0.9), ("c", 0.2)]:
        add(spool, key, trust)
    spool.close()
    spool = opened(path, max_bytes=20)
    assert [taken(spool) for _ in range(3)] == ["a", "c", ""]


def test_a_damaged_file_is_moved_away(path: Path) -> None:
    garbage = b"garbage" * 1000
    path.parent.mkdir()
    path.write_bytes(garbage)
    spool = opened(path)
    assert spool.moved is not None
    assert spool.moved.read_bytes() == garbage
    assert add(spool, "a")


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SpoolError, match=r"file/spool.sqlite: .*(exists|directory)"):
        opened(tmp_path / "file" / "spool.sqlite")


def test_on_a_full_disk_the_frames_that_are_there_stay(path: Path) -> None:
    spool = opened(path, max_bytes=1 << 20)
    add(spool, "a", 0.1)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, before[1]))
    try:
        with pytest.raises(SpoolError, match=r"spool.sqlite: (disk I/O error|database or disk)"):
            add(spool, "b", data=bytes(1 << 19))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert spool.totals == (1, 10)
    assert add(spool, "b", data=bytes(1 << 19))
    assert [taken(spool) for _ in range(3)] == ["a", "b", ""]
