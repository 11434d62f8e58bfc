import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from laecips_edge.core.transfer.resumable_file import (
    GarbageError,
    MismatchError,
    Piece,
    ResumableFile,
)

DATA = bytes(range(256)) * 4
LIMIT = len(DATA)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def transfer(folder: Path, **changes: object) -> ResumableFile:
    fields = {"sha256": sha256(DATA), "most_bytes": LIMIT} | changes
    return ResumableFile(folder / "weights", **fields)


def feed(file: ResumableFile, pieces: int, *, length: int, data: bytes = DATA) -> None:
    """A good server's answers to the next pieces."""
    for _ in range(pieces):
        if file.complete:
            return
        piece = file.next(length)
        file.add(piece, size=len(data), data=data[piece.offset : piece.offset + piece.length])


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@given(
    lengths=st.lists(st.integers(1, len(DATA)), min_size=1, max_size=6),
    pieces=st.lists(st.integers(0, 3), min_size=1, max_size=6),
)
def test_whatever_ends_it_and_wherever_it_goes_on(tmp_path_factory, lengths, pieces):
    folder = tmp_path_factory.mktemp("transfer")
    for length, some in zip(lengths, pieces, strict=False):
        feed(transfer(folder), some, length=length)  # a process that is killed then
    feed(transfer(folder), len(DATA), length=97)
    assert transfer(folder).complete
    assert files(folder) == {"weights": DATA}


@pytest.mark.parametrize("offset", range(0, len(DATA) + 1, 128))
def test_the_next_piece_goes_to_the_end_of_what_is_here(tmp_path, offset):
    (tmp_path / "weights.part").write_bytes(DATA[:offset])
    file = transfer(tmp_path)
    if offset == len(DATA):
        assert file.complete
    else:
        assert file.next(64) == Piece("weights", offset, 64)


@pytest.mark.parametrize("offset", [1, 700, len(DATA)])
def test_a_part_that_a_crash_has_spoilt_is_fetched_anew(tmp_path, offset):
    (tmp_path / "weights.part").write_bytes(b"\xff" * offset)
    file = transfer(tmp_path)
    feed(file, 1, length=LIMIT)
    assert not file.complete
    assert file.next(9) == Piece("weights", 0, 9)
    feed(file, 1, length=LIMIT)
    assert files(tmp_path) == {"weights": DATA}


def test_a_file_that_is_spoilt_is_fetched_anew(tmp_path):
    (tmp_path / "weights").write_bytes(DATA[:-1])
    file = transfer(tmp_path)
    assert not file.complete
    feed(file, 1, length=LIMIT)
    assert files(tmp_path) == {"weights": DATA}


def test_what_is_here_already_is_not_fetched(tmp_path):
    (tmp_path / "elsewhere").write_bytes(DATA)
    assert transfer(tmp_path, here=tmp_path / "elsewhere").complete
    assert files(tmp_path)["weights"] == DATA


def test_what_should_be_the_same_and_is_not_is_fetched(tmp_path):
    (tmp_path / "elsewhere").write_bytes(DATA[::-1])
    file = transfer(tmp_path, here=tmp_path / "elsewhere")
    assert not file.complete
    feed(file, 2, length=LIMIT)
    assert file.complete


def test_an_empty_file(tmp_path):
    file = transfer(tmp_path, sha256=sha256(b""))
    file.add(file.next(8), size=0, data=b"")
    assert files(tmp_path) == {"weights": b""}


@pytest.mark.parametrize(
    ("size", "data", "reason"),
    [
        (len(DATA), b"", "0 bytes came for 8 from 0 on, of 1024"),
        (len(DATA), DATA[:9], "9 bytes came for 8 from 0 on, of 1024"),
        (4, DATA[:5], "5 bytes came for 8 from 0 on, of 4"),
        (LIMIT + 1, DATA[:8], "has 1025 bytes, more than the 1024 left"),
    ],
)
def test_what_is_no_answer_is_told_and_not_written(tmp_path, size, data, reason):
    file = transfer(tmp_path)
    with pytest.raises(GarbageError, match=reason):
        file.add(file.next(8), size=size, data=data)
    assert files(tmp_path) == {}


def test_a_size_that_changes_is_told(tmp_path):
    file = transfer(tmp_path)
    feed(file, 1, length=8)
    with pytest.raises(GarbageError, match="has 1000 bytes now, 1024 before"):
        file.add(file.next(8), size=1000, data=DATA[8:16])
    feed(file, LIMIT, length=100)
    assert file.complete


@pytest.mark.parametrize("data", [DATA[:-1], DATA[:-1] + b"\0"], ids=["truncated", "flipped"])
def test_another_file_is_told_and_removed(tmp_path, data):
    file = transfer(tmp_path)
    with pytest.raises(MismatchError, match=r"weights: sha256 is \w{12}\.\.\., announced"):
        feed(file, 2, length=LIMIT, data=data)
    assert files(tmp_path) == {}


def test_a_full_disk_costs_no_byte_twice(tmp_path, full_after):
    file = transfer(tmp_path)
    full_after(700)
    with pytest.raises(OSError, match="File too large"):
        feed(file, 9, length=400)
    full_after(None)
    assert file.next(400).offset == 700
    feed(file, 9, length=400)
    assert files(tmp_path) == {"weights": DATA}
