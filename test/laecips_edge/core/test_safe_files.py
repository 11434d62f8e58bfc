import os

import pytest
from laecips_edge.core import safe_files
from laecips_edge.core.safe_files import lock_folder, move_folder, remove_folder, sweep, write_whole


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
        killed.setattr(safe_files.shutil, "rmtree", lambda path, **_: None)
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
