"""Reading a folder of findings."""

from pathlib import Path

import pytest
from kept_findings import SECOND, START_NS, make_folder
from laecips_edge.core.findings.finding_archive import chosen, read_archive
from laecips_edge.core.findings.finding_log import LINES, FindingLog


def test_a_finding_is_as_its_last_line_has_it(tmp_path: Path) -> None:
    scratch, dent = read_archive(make_folder(tmp_path)).findings
    assert (scratch.finding.id, scratch.finding.class_name, scratch.closed) == (1, "scratch", True)
    assert (scratch.finding.area, scratch.largest) == (150, 200)
    assert scratch.picture is not None
    assert scratch.picture.area == 200
    assert scratch.picture.path.is_file()
    assert (dent.finding.class_name, dent.closed, dent.finding.source) == ("dent", False, "cloud")
    assert dent.frame_size == (90, 120)


def test_a_process_that_starts_closes_what_a_killed_one_left_open(tmp_path: Path) -> None:
    log = FindingLog(make_folder(tmp_path), max_bytes=10**6)
    log.write({"event": "started", "time_ns": 1})
    log.close()
    assert [it.closed for it in read_archive(tmp_path).findings] == [True, True]


def test_broken_and_foreign_lines_are_counted(tmp_path: Path) -> None:
    make_folder(tmp_path)
    path = tmp_path / "000001" / LINES
    path.write_text(path.read_text() + '{"event": "closed"}\n[]\n{"half\n')
    archive = read_archive(tmp_path)
    assert (len(archive.findings), archive.broken) == (2, 3)


def test_a_picture_that_is_gone_or_lies_elsewhere_is_none(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "log")
    (folder / "000001" / "1.jpg").unlink()
    (tmp_path / "2.jpg").write_bytes(b"")
    path = folder / "000001" / LINES
    path.write_text(path.read_text().replace("000001/2.jpg", "../2.jpg"))
    assert [it.picture for it in read_archive(folder).findings] == [None, None]


def test_findings_are_chosen_by_class_time_and_state(tmp_path: Path) -> None:
    findings = read_archive(make_folder(tmp_path)).findings

    def ids(**choice: object) -> list[int]:
        return [it.finding.id for it in chosen(findings, **choice)]  # type: ignore[arg-type]

    assert ids() == [1, 2]
    assert ids(classes=["dent"]) == ids(only_open=True) == [2]
    assert ids(since_ns=START_NS + 5 * SECOND) == [1, 2]
    assert ids(since_ns=START_NS + 6 * SECOND) == ids(until_ns=START_NS - 1) == []
    with pytest.raises(ValueError, match="no finding is a 'rust': there are dent, scratch"):
        ids(classes=["rust"])


def test_a_folder_without_findings_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="has no findings"):
        read_archive(tmp_path)
    with pytest.raises(ValueError, match="is not a folder"):
        read_archive(tmp_path / "none")


def test_the_folder_of_several_cameras_names_theirs(tmp_path: Path) -> None:
    for camera in ("rear", "front"):
        make_folder(tmp_path / camera)
    (tmp_path / "notes").mkdir()
    with pytest.raises(ValueError, match=r"is of several cameras: .* of one, front, rear$"):
        read_archive(tmp_path)
