"""What killed processes leave in shared memory, and what must stay there."""

import fcntl
import os
from pathlib import Path

import pytest
from laecips_edge.ros.stale_segments import remove_stale_segments

NAME = "fastrtps_0123456789abcdef"


def a_segment(folder: Path, name: str = NAME, *, age_s: float = 3600.0, lock: bool = True) -> Path:
    segment = folder / name
    segment.write_bytes(bytes(1000))
    if lock:
        (folder / f"{name}_el").touch()
    status = segment.stat()
    os.utime(segment, (status.st_atime, status.st_mtime - age_s))
    return segment


def test_nobodys_segment_goes(tmp_path: Path) -> None:
    a_segment(tmp_path)
    assert remove_stale_segments(tmp_path) == 1000
    assert list(tmp_path.iterdir()) == []


def test_a_living_owners_segment_stays(tmp_path: Path) -> None:
    segment = a_segment(tmp_path)
    with (tmp_path / f"{NAME}_el").open("rb") as owner:
        fcntl.flock(owner, fcntl.LOCK_EX)
        assert remove_stale_segments(tmp_path) == 0
    assert segment.exists()


@pytest.mark.parametrize(
    ("name", "age_s", "lock"),
    [
        (NAME, 0.0, True),  # just made
        (NAME, 3600.0, False),  # not as Fast DDS makes them
        ("fastrtps_port7400", 3600.0, True),  # shared by many
        ("sem.fastrtps_port7400_mutex", 3600.0, True),
    ],
)
def test_what_is_not_surely_stale_stays(
    tmp_path: Path, name: str, age_s: float, lock: bool
) -> None:
    segment = a_segment(tmp_path, name, age_s=age_s, lock=lock)
    assert remove_stale_segments(tmp_path) == 0
    assert segment.exists()
