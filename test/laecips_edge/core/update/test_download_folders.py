import os
from pathlib import Path

import pytest
from laecips_edge.core.update.download_folders import DownloadFolders


def test_parts_of_other_bundles_are_removed(tmp_path: Path) -> None:
    folders = DownloadFolders(tmp_path / "partial")
    folders.clear()  # nothing was fetched yet
    for name in ("aa", "bb"):
        folder = folders.only(name)
        folder.mkdir(parents=True)
        (folder / "weights.part").write_bytes(b"x")
    assert os.listdir(tmp_path / "partial") == ["bb"]
    folders.clear()
    assert os.listdir(tmp_path / "partial") == []


def test_what_is_here_needs_no_room(tmp_path: Path) -> None:
    folders = DownloadFolders(tmp_path / "partial")
    folder = folders.only("aa")
    folders.require_space(1000, here=folder)
    with pytest.raises(OSError, match=f"{1 << 60} bytes are needed, [0-9]+ are free"):
        folders.require_space(1 << 60, here=folder)
    folder.mkdir(parents=True)
    (folder / "weights.part").write_bytes(b"xx")
    with pytest.raises(OSError, match=f"{(1 << 60) - 2} bytes are needed"):
        folders.require_space(1 << 60, here=folder)
