"""A file that comes over a bad line: it comes in the end, or it is said why not."""

import re
import socket
from pathlib import Path
from typing import Any

import pytest
from laecips_cloud.published_weights import ModelError
from laecips_cloud.published_weights.download import download, forget, write_piece

THIRDS = 200_000  # what the server sends before it cuts, of 300,000 bytes


@pytest.fixture
def part(tmp_path: Path) -> Path:
    return tmp_path / "large.pth.part"


def bring(site: Any, part: Path, **more: Any) -> None:
    download(site.url, part, size=300_000, **more)


def test_the_whole_file_comes(site: Any, part: Path) -> None:
    told: list[tuple[int, int]] = []
    bring(site, part, progress=lambda done, total: told.append((done, total)))
    assert part.read_bytes() == site.data
    assert told[-1] == (300_000, 300_000)
    assert [done for done, _ in told] == sorted({done for done, _ in told})
    bring(site, part)
    assert site.asked == [""]  # what is whole is not asked for again
    forget(part)
    assert list(part.parent.iterdir()) == []


@pytest.mark.parametrize("tag", ['"one"', "", 'W/"weak"'])
def test_what_is_cut_is_gone_on_with(tag: str, site: Any, part: Path) -> None:
    site.tag = tag
    site.acts = ["cut", "cut"]
    bring(site, part)
    assert part.read_bytes() == site.data
    assert site.asked == ["", f"bytes={THIRDS}-", f"bytes={THIRDS + 66_666}-"]


def test_a_silent_server_is_given_up_and_what_came_is_kept(site: Any, part: Path) -> None:
    site.acts = ["stall"]
    message = rf"nothing came for 0\.2 s, at {THIRDS} of 300000 bytes; run the same command again"
    with pytest.raises(ModelError, match=message):
        bring(site, part, stall_s=0.2)
    assert part.read_bytes() == site.data[:THIRDS]
    bring(site, part)
    assert part.read_bytes() == site.data
    assert site.asked == ["", f"bytes={THIRDS}-"]


def test_a_server_that_does_not_even_answer(part: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/large.pth"
        with pytest.raises(ModelError, match=r"nothing came for 0\.2 s, at 0 of 300000 bytes"):
            download(url, part, size=300_000, stall_s=0.2)


@pytest.mark.parametrize(
    ("acts", "asked"),
    [
        pytest.param(["cut", "ignore"], ["", "bytes=200000-"], id="it knows no ranges"),
        pytest.param(["cut", "shift"], ["", "bytes=200000-", ""], id="it sends another piece"),
    ],
)
def test_a_server_that_cannot_go_on_starts_anew(
    acts: list[str], asked: list[str], site: Any, part: Path
) -> None:
    site.acts = acts
    bring(site, part)
    assert part.read_bytes() == site.data
    assert site.asked == asked


@pytest.mark.parametrize(
    ("act", "asked"),
    [
        pytest.param("serve", ["", "bytes=200000-"], id="If-Range makes it send all of it"),
        pytest.param("forced", ["", "bytes=200000-", ""], id="it heeds no If-Range"),
    ],
)
def test_a_file_that_changed_meanwhile_is_not_mixed(
    act: str, asked: list[str], site: Any, part: Path
) -> None:
    site.acts = ["stall"]
    with pytest.raises(ModelError):
        bring(site, part, stall_s=0.2)
    site.data, site.tag, site.acts = site.data[::-1], '"two"', [act]
    bring(site, part)
    assert part.read_bytes() == site.data
    assert site.asked == asked


def test_a_part_of_another_address_is_not_gone_on_with(site: Any, part: Path) -> None:
    site.acts = ["stall"]
    with pytest.raises(ModelError):
        bring(site, part, stall_s=0.2)
    download(f"{site.url}?other", part, size=300_000)
    assert part.read_bytes() == site.data
    assert site.asked == ["", ""]


@pytest.mark.parametrize("note", [None, b"", b"[1]", b'{"url": 3}'])
def test_a_part_that_nobody_knows_of_is_not_gone_on_with(
    note: bytes | None, site: Any, part: Path
) -> None:
    part.write_bytes(b"something")
    if note is not None:
        part.with_name(f"{part.name}.json").write_bytes(note)
    bring(site, part)
    assert part.read_bytes() == site.data
    assert site.asked == [""]


def test_a_part_that_is_longer_than_the_file_there(site: Any, part: Path) -> None:
    """416: asked for bytes past the end."""
    site.acts = ["stall"]
    with pytest.raises(ModelError):
        bring(site, part, stall_s=0.2)
    site.data = site.data[:1000]
    with pytest.raises(ModelError, match="1000 bytes, the published file has 300000: another"):
        bring(site, part)
    assert site.asked == ["", "bytes=200000-", ""]
    assert not part.exists()


def test_another_file_is_known_by_its_size_before_it_comes(site: Any, part: Path) -> None:
    site.data += b"!"
    with pytest.raises(ModelError, match="300001 bytes, the published file has 300000: another"):
        bring(site, part)
    assert not part.exists()


def test_cut_again_and_again(site: Any, part: Path) -> None:
    site.acts = ["cut"] * 6
    with pytest.raises(ModelError, match=r"the connection was cut at \d+ of 300000 bytes, 6 times"):
        bring(site, part)
    assert len(site.asked) == 6
    assert site.data.startswith(part.read_bytes())


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (404, "the server says 404 Not Found; try again later, or give another address or a file"),
        (503, "the server says 503 Service Unavailable; try again later"),
        (416, "the server says 416"),
    ],
)
def test_a_server_that_has_no_file(status: int, message: str, site: Any, part: Path) -> None:
    site.acts = [status]
    with pytest.raises(ModelError, match=re.escape(f"{site.url}: {message}")):
        bring(site, part)
    assert not part.exists()


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://127.0.0.1:9/large.pth", "cannot be reached (Connection refused); on a machine"),
        ("http://nowhere.invalid/large.pth", "cannot be reached ("),
        ("http://127.0.0.1:port/large.pth", "not an address ("),
    ],
)
def test_no_server_at_all(
    url: str, message: str, part: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "*")
    with pytest.raises(ModelError, match=re.escape(f"{url}: {message}")) as caught:
        download(url, part, size=300_000)
    assert "\n" not in str(caught.value)


def test_a_full_disk() -> None:
    full = Path("/dev/full")  # a file of Linux that never has room
    with pytest.raises(ModelError, match="/dev/full: the disk is full; make room and run the same"):
        write_piece(full, "ab", b"x")
