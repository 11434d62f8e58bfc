import os
from collections.abc import Callable
from pathlib import Path

import pytest
from laecips_edge.core import atomic_files
from laecips_edge.core.atomic_files import (
    lock_folder,
    move_folder,
    remove_folder,
    sweep,
    whole_file,
    write_whole,
)


def test_a_file_is_the_old_one_or_the_new_one(tmp_path, full_after):
    path = tmp_path / "file"
    write_whole(path, b"old")
    full_after(2)
    with pytest.raises(OSError, match="File too large"):
        write_whole(path, b"newer")
    full_after(None)
    assert path.read_bytes() == b"old"
    write_whole(path, b"newer")
    assert path.read_bytes() == b"newer"
    assert os.listdir(tmp_path) == ["file"]


def test_a_folder_moves_as_one(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "file").write_bytes(b"x")
    (tmp_path / "there").mkdir()
    move_folder(tmp_path / "a", tmp_path / "there" / "b")
    assert (tmp_path / "there" / "b" / "file").read_bytes() == b"x"
    assert os.listdir(tmp_path) == ["there"]


def test_half_a_removed_folder_is_never_found(tmp_path, monkeypatch):
    folder = tmp_path / "slot"
    folder.mkdir()
    (folder / "file").write_bytes(b"x")
    with monkeypatch.context() as killed:
        killed.setattr(atomic_files.shutil, "rmtree", lambda path, **_: None)
        remove_folder(folder)
    assert not folder.exists()
    assert len(os.listdir(tmp_path)) == 1
    sweep(tmp_path)
    assert os.listdir(tmp_path) == []
    remove_folder(folder)  # is gone already


def test_one_at_a_time(tmp_path):
    first = lock_folder(tmp_path)
    assert first is not None
    assert lock_folder(tmp_path) is None
    first.close()
    second = lock_folder(tmp_path)
    assert second is not None
    second.close()


def test_a_text_file_appears_when_it_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text("before")
    with whole_file(path) as file:
        file.write("after\n")
        assert path.read_text() == "before"
    assert path.read_text() == "after\n"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_leaves_what_was_there(
    tmp_path: Path, full_after: Callable[[int | None], None]
) -> None:
    path = tmp_path / "report.json"
    path.write_text("before")
    full_after(1000)
    message = f"{path} cannot be written: .*: free some space or choose another folder$"
    with pytest.raises(OSError, match=message), whole_file(path) as file:
        file.write("x" * 10_000)
    full_after(None)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_an_error_of_the_caller_is_the_callers(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), whole_file(tmp_path / "rows.csv"):
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_a_text_file_in_no_folder(tmp_path: Path) -> None:
    message = "nowhere/rows.csv cannot be written: No such file"
    with pytest.raises(OSError, match=message), whole_file(tmp_path / "nowhere" / "rows.csv"):
        pass
