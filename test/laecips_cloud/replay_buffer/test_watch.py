"""What a watch says of a file that it cannot read."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from laecips_cloud.replay_buffer.watch import ReplayWatch


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Path]:
    """A folder that this user may not enter, for root, too, who may enter everything."""
    folder = tmp_path / "cloud"
    folder.mkdir(mode=0o700)
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    else:
        folder.chmod(0)
    yield folder
    if before == 0:
        os.seteuid(before)
    else:
        folder.chmod(0o700)


def test_no_file_is_no_problem(tmp_path: Path) -> None:
    watch = ReplayWatch(tmp_path / "replay.sqlite")
    assert (watch.since(0), watch.problem) == (None, "")


def test_a_folder_of_another_user_is_one(locked: Path) -> None:
    watch = ReplayWatch(locked / "replay.sqlite")
    assert watch.since(0) is None
    assert watch.problem == (
        f"{locked}/replay.sqlite: Permission denied; make it readable for this user"
    )
