import threading
from pathlib import Path
from typing import Any

from bridge_site import request
from laecips_edge.bridge.spooling import WAITING, Spooling
from laecips_edge.core.link import protobuf
from laecips_edge.core.spool.frame_spool import FrameSpool, SpoolError
from processes import until


class SlowSpool(FrameSpool):
    """A disk that a test lets go on, and that may fail."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, max_bytes=10_000, max_age_s=60)
        self.gate = threading.Event()
        self.full = False

    def add(self, *args: Any, **options: Any) -> bool:
        self.gate.wait()
        if self.full:
            raise SpoolError("disk full")
        return super().add(*args, **options)


def test_what_is_taken_is_written_at_the_end_without_a_deadline(tmp_path: Path) -> None:
    spool = SlowSpool(tmp_path / "s.sqlite")
    spooling = Spooling(spool)
    assert spooling.take(request(deadline_s=2.0))
    spool.gate.set()
    spooling.stop()
    frame = spool.next()
    assert frame is not None
    assert protobuf.decode_request(frame.data) == request()


def test_a_slow_disk_loses_frames_and_holds_nobody_up(tmp_path: Path) -> None:
    spool = SlowSpool(tmp_path / "s.sqlite")
    spooling = Spooling(spool)
    taken = [spooling.take(request(request_id=f"r1/{n}")) for n in range(WAITING + 5)]
    assert 4 <= taken.count(False) <= 5  # the thread may hold one more
    assert spooling.lost == taken.count(False)
    spool.gate.set()
    spooling.stop()
    assert spool.totals[0] == taken.count(True)


def test_a_full_disk_is_told_once_until_it_works_again(tmp_path: Path) -> None:
    spool, told = SlowSpool(tmp_path / "s.sqlite"), list[str]()
    spooling = Spooling(spool, on_trouble=told.append)
    spool.full = True
    spool.gate.set()
    for number in range(3):
        spooling.take(request(request_id=f"r1/{number}"))
    until(lambda: spooling.lost == 3)
    assert (told, spooling.trouble) == (["disk full"], "disk full")
    spool.full = False
    spooling.take(request())
    spooling.stop()
    assert (spooling.trouble, spool.totals[0]) == ("", 1)
