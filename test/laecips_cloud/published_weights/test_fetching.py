"""A model comes into the cache whole and checked, from wherever it comes."""

import hashlib
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from laecips_cloud.published_weights import ModelError, PublishedModel, cache
from laecips_cloud.published_weights.fetching import fetch, part_of
from laecips_edge.core.atomic_files import lock_folder


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return cache()


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name != "lock")


def test_where_it_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cache() == tmp_path / "cache" / "laecips" / "models"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache() == tmp_path / ".cache" / "laecips" / "models"


def test_it_comes_once(site: Any, model: PublishedModel, folder: Path) -> None:
    told: list[int] = []
    assert fetch(model, progress=lambda done, _: told.append(done))
    assert files(folder) == ["large_v1.pth"]
    assert (folder / "large_v1.pth").read_bytes() == site.data
    assert told.count(300_000) == 2  # it came, and it was read back
    assert not fetch(model)
    assert len(site.asked) == 1
    assert fetch(model, force=True)
    assert len(site.asked) == 2


def test_a_damaged_one_is_fetched_anew(site: Any, model: PublishedModel, folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / model.file_name).write_bytes(site.data[:-1] + b"?")
    assert fetch(model)
    assert (folder / model.file_name).read_bytes() == site.data


def test_what_is_not_the_published_file_is_removed(
    site: Any, model: PublishedModel, folder: Path
) -> None:
    good, site.data = site.data, site.data[:-1] + bytes([site.data[-1] ^ 1])
    with pytest.raises(ModelError, match=r"what came is not large .*\(sha256 .* has been removed"):
        fetch(model)
    assert files(folder) == []
    site.data = good
    assert fetch(model)


def test_with_force_the_old_one_stays_until_the_new_one_is_good(
    site: Any, model: PublishedModel, folder: Path
) -> None:
    fetch(model)
    site.data = site.data[::-1]
    with pytest.raises(ModelError):
        fetch(model, force=True)
    assert not model.difference(folder / model.file_name)


def test_an_attempt_that_stalled_is_gone_on_with(
    site: Any, model: PublishedModel, folder: Path
) -> None:
    site.acts = ["stall"]
    with pytest.raises(ModelError, match="nothing came"):
        fetch(model, stall_s=0.2)
    assert files(folder) == ["large_v1.pth.part", "large_v1.pth.part.json"]
    assert fetch(model)
    assert site.asked == ["", "bytes=200000-"]
    assert files(folder) == ["large_v1.pth"]


@pytest.mark.parametrize("prefix", ["", "file://"])
def test_from_a_file(
    prefix: str, site: Any, model: PublishedModel, folder: Path, tmp_path: Path
) -> None:
    source = tmp_path / "brought by hand.pth"
    source.write_bytes(site.data)
    assert fetch(model, source=f"{prefix}{source}")
    assert (folder / model.file_name).read_bytes() == source.read_bytes() == site.data
    assert site.asked == []


def test_from_another_address(site: Any, model: PublishedModel, folder: Path) -> None:
    elsewhere = replace(model, url="http://nowhere.invalid/large_v1.pth")
    assert fetch(elsewhere, source=f"{site.url}?mirror")
    assert files(folder) == ["large_v1.pth"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no such file; give an address or a file with --from"),
        (b"", r"not large as it is published \(0 bytes instead of 300000\)"),
        (bytes(300_000), r"what came is not large as it is published \(sha256 [0-9a-f]{12}\.\.\. "),
    ],
)
def test_from_a_file_that_is_not_it(
    content: bytes | None, message: str, model: PublishedModel, folder: Path, tmp_path: Path
) -> None:
    source = tmp_path / "brought.pth"
    if content is not None:
        source.write_bytes(content)
    with pytest.raises(ModelError, match=f"{source}: {message}"):
        fetch(model, source=str(source))
    assert files(folder) == []
    assert source.exists() is (content is not None)


def test_an_address_of_another_kind(model: PublishedModel) -> None:
    with pytest.raises(ModelError, match="ftp://host/file: give an address with http or https"):
        fetch(model, source="ftp://host/file")


def test_too_little_room(model: PublishedModel) -> None:
    with pytest.raises(ModelError, match=r"large needs \d+ MiB and \d+ are free; make room, or"):
        fetch(replace(model, bytes=1 << 60))


def test_two_at_a_time(model: PublishedModel, folder: Path) -> None:
    folder.mkdir(parents=True)
    with lock_folder(folder), pytest.raises(ModelError, match="another fetch is under way"):
        fetch(model)
    assert fetch(model)


@pytest.mark.skipif(os.geteuid() == 0, reason="the administrator may write everywhere")
def test_a_cache_that_cannot_be_written(model: PublishedModel, folder: Path) -> None:
    folder.mkdir(parents=True)
    folder.chmod(0o500)
    with pytest.raises(PermissionError):
        fetch(model)


def test_a_part_lies_beside_its_file(tmp_path: Path) -> None:
    assert part_of(tmp_path / "a.pth") == tmp_path / "a.pth.part"


def test_whole_but_killed_before_it_was_checked(
    site: Any, model: PublishedModel, folder: Path
) -> None:
    site.acts = ["stall"]
    with pytest.raises(ModelError):
        fetch(model, stall_s=0.2)
    part_of(folder / model.file_name).write_bytes(site.data)
    assert fetch(model)
    assert len(site.asked) == 1
    content = (folder / model.file_name).read_bytes()
    assert hashlib.sha256(content).hexdigest() == model.sha256
