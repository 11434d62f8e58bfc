"""The log on disk: bounded, whole after a crash, one writer."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from laecips_edge.core.findings.finding_log import LINES, FindingLog, parts_of, read_lines


def size_of(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def test_lines_and_pictures_come_back(tmp_path: Path) -> None:
    log = FindingLog(tmp_path / "new" / "folder", max_bytes=10**6)
    log.write({"id": 1}, b"picture")
    log.write({"id": 4})
    log.write({"id": 1}, b"a better picture")
    (part,) = parts_of(log.folder)
    records, broken = read_lines(part / LINES)
    assert records == [{"id": 1, "picture": "000001/1.jpg"}, {"id": 4}, records[0]]
    assert (part / "1.jpg").read_bytes() == b"a better picture"
    assert broken == 0
    assert log.size == size_of(log.folder)


def test_another_process_goes_on_after_the_last_id(tmp_path: Path) -> None:
    log = FindingLog(tmp_path, max_bytes=10**6)
    assert log.last_id == 0
    log.write({"id": 12})
    log.write({"event": "started"})
    log.close()
    again = FindingLog(tmp_path, max_bytes=10**6)
    assert again.last_id == 12
    assert again.size == size_of(tmp_path)


def test_an_old_finding_that_begins_a_part_hides_no_newer_id(tmp_path: Path) -> None:
    log = FindingLog(tmp_path, max_bytes=80_000)
    log.write({"id": 1}, b"x" * 4_000)
    log.write({"id": 2}, b"x" * 4_000)
    log.write({"id": 1}, b"x" * 4_000)  # it is open still
    log.close()
    assert [read_lines(part / LINES)[0][0]["id"] for part in parts_of(tmp_path)] == [1, 1]
    assert FindingLog(tmp_path, max_bytes=80_000).last_id == 2


def test_a_folder_has_one_writer(tmp_path: Path) -> None:
    log = FindingLog(tmp_path, max_bytes=10**6)
    with pytest.raises(OSError, match="is another process's"):
        FindingLog(tmp_path, max_bytes=10**6)
    log.close()


def test_half_a_line_of_a_killed_process_spoils_no_other(tmp_path: Path) -> None:
    log = FindingLog(tmp_path, max_bytes=10**6)
    log.write({"id": 1})
    log.close()
    path = parts_of(tmp_path)[0] / LINES
    path.write_bytes(path.read_bytes() + b'{"id": 2, "cla')
    again = FindingLog(tmp_path, max_bytes=10**6)
    again.write({"id": 3})
    again.write({"id": 4})
    assert read_lines(path) == ([{"id": 1}, {"id": 3}, {"id": 4}], 1)
    assert again.size == size_of(tmp_path)


@settings(max_examples=10)  # each picture is flushed to the disk
@given(st.lists(st.integers(0, 30_000), min_size=10, max_size=20))
def test_a_folder_is_never_larger_than_allowed_and_keeps_the_newest(sizes: list[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        log = FindingLog(Path(folder), max_bytes=100_000)
        for number, size in enumerate(sizes):
            log.write({"id": number}, b"x" * size)
            assert log.size == size_of(log.folder) <= 100_000
        records, _ = read_lines(parts_of(log.folder)[-1] / LINES)
        assert records[-1]["id"] == len(sizes) - 1
        log.close()
