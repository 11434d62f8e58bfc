"""A model comes into the cache whole and checked, over any line; or it is said why not."""

import os
import re
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from laecips_cloud.published_weights.catalogue import ModelError, PublishedModel, cache
from laecips_cloud.published_weights.download import fetch, part_of
from laecips_edge.core.atomic_files import lock_folder

THIRDS = 200_000  # what the server sends before it cuts, of 300,000 bytes


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return cache()


@pytest.fixture
def target(model: PublishedModel, folder: Path) -> Path:
    """Where the file belongs."""
    return folder / model.file_name


@pytest.fixture
def two_thirds(site: Any, model: PublishedModel, target: Path) -> Path:
    """The part that an attempt has left which the server has let down."""
    site.acts = ["stall"]
    with pytest.raises(ModelError, match="nothing came"):
        fetch(model, stall_s=0.2)
    assert part_of(target).read_bytes() == site.data[:THIRDS]
    site.asked.clear()
    return part_of(target)


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name != "lock")


def test_it_comes_once(site: Any, model: PublishedModel, folder: Path) -> None:
    told: list[tuple[int, int]] = []
    assert fetch(model, progress=lambda done, total: told.append((done, total)))
    assert files(folder) == ["large_v1.pth"]
    assert (folder / "large_v1.pth").read_bytes() == site.data
    assert told.count((300_000, 300_000)) == 2  # it came, and it was read back
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


def test_a_silent_server_is_given_up_and_what_came_is_gone_on_with(
    site: Any, model: PublishedModel, folder: Path
) -> None:
    site.acts = ["stall"]
    message = rf"nothing came for 0\.2 s, at {THIRDS} of 300000 bytes; run the same command again"
    with pytest.raises(ModelError, match=message):
        fetch(model, stall_s=0.2)
    assert files(folder) == ["large_v1.pth.part"]
    assert fetch(model)
    assert site.asked == ["", f"bytes={THIRDS}-"]
    assert files(folder) == ["large_v1.pth"]


def test_what_is_cut_is_gone_on_with(site: Any, model: PublishedModel) -> None:
    site.acts = ["cut", "cut"]
    assert fetch(model)
    assert site.asked == ["", f"bytes={THIRDS}-", f"bytes={THIRDS + 66_666}-"]


def test_cut_again_and_again(site: Any, model: PublishedModel, target: Path) -> None:
    site.acts = ["cut"] * 6
    with pytest.raises(ModelError, match=r"the connection was cut at \d+ of 300000 bytes, 6 times"):
        fetch(model)
    assert len(site.asked) == 6
    assert site.data.startswith(part_of(target).read_bytes())


def test_a_server_that_does_not_even_answer(
    model: PublishedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "*")
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/large.pth"
        with pytest.raises(ModelError, match=r"nothing came for 0\.2 s, at 0 of 300000 bytes"):
            fetch(model, source=url, stall_s=0.2)


@pytest.mark.parametrize(
    ("acts", "asked"),
    [
        pytest.param(["cut", "ignore"], ["", "bytes=200000-"], id="it knows no ranges"),
        pytest.param(["cut", "shift"], ["", "bytes=200000-", ""], id="it sends another piece"),
    ],
)
def test_a_server_that_cannot_go_on_starts_anew(
    acts: list[str], asked: list[str], site: Any, model: PublishedModel
) -> None:
    site.acts = acts
    assert fetch(model)
    assert site.asked == asked


def of_another_file(part: Path) -> None:
    part.write_bytes(b"something")


def whole_and_wrong(part: Path) -> None:
    part.write_bytes(bytes(300_000))


def too_long(part: Path) -> None:
    part.write_bytes(bytes(300_001))


@pytest.mark.parametrize(
    ("spoil", "asked"),
    [
        (of_another_file, ["bytes=9-", ""]),
        (whole_and_wrong, [""]),
        (too_long, [""]),
    ],
)
def test_a_part_of_something_else_is_not_mixed_in(
    spoil: Callable[[Path], None],
    asked: list[str],
    site: Any,
    model: PublishedModel,
    two_thirds: Path,
) -> None:
    spoil(two_thirds)
    assert fetch(model)
    assert site.asked == asked


def test_whole_but_killed_before_it_was_checked(
    site: Any, model: PublishedModel, two_thirds: Path
) -> None:
    two_thirds.write_bytes(site.data)
    assert fetch(model)
    assert site.asked == []


def test_a_part_that_is_longer_than_the_file_there(
    site: Any, model: PublishedModel, two_thirds: Path
) -> None:
    """416: asked for bytes past the end."""
    site.data = site.data[:1000]
    with pytest.raises(ModelError, match="1000 bytes, the published file has 300000: another"):
        fetch(model)
    assert site.asked == ["bytes=200000-", ""]


def test_another_file_is_known_by_its_size_before_it_comes(
    site: Any, model: PublishedModel, two_thirds: Path
) -> None:
    site.data += b"!"
    with pytest.raises(ModelError, match="300001 bytes, the published file has 300000: another"):
        fetch(model)
    assert two_thirds.stat().st_size == THIRDS


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (404, "the server says 404 Not Found; try again later, or give another address or a file"),
        (503, "the server says 503 Service Unavailable; try again later"),
        (416, "the server says 416"),
    ],
)
def test_a_server_that_has_no_file(
    status: int, message: str, site: Any, model: PublishedModel, folder: Path
) -> None:
    site.acts = [status]
    with pytest.raises(ModelError, match=re.escape(f"{site.url}: {message}")):
        fetch(model)
    assert files(folder) == []


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://127.0.0.1:9/large.pth", "cannot be reached (Connection refused); on a machine"),
        ("http://nowhere.invalid/large.pth", "cannot be reached ("),
        ("http://127.0.0.1:port/large.pth", "not an address ("),
    ],
)
def test_no_server_at_all(
    url: str, message: str, model: PublishedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "*")
    with pytest.raises(ModelError, match=re.escape(f"{url}: {message}")) as caught:
        fetch(model, source=url)
    assert "\n" not in str(caught.value)


def test_a_full_disk(model: PublishedModel, target: Path) -> None:
    target.parent.mkdir(parents=True)
    part_of(target).symlink_to("/dev/full")  # a file of Linux that never has room
    with pytest.raises(ModelError, match="part: the disk is full; make room and run the same"):
        fetch(model)


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
