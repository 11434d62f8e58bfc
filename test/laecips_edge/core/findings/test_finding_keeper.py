"""What goes into the log, and what a full disk does."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from kept_findings import RGB, START_NS, a_finding, a_frame
from laecips_edge.core.findings.finding_keeper import FindingKeeper
from laecips_edge.core.findings.finding_log import LINES, FindingLog, parts_of, read_lines
from laecips_edge.core.findings.finding_tracker import FindingState

OPENED, SEEN, CLOSED = FindingState.OPENED, FindingState.SEEN, FindingState.CLOSED


def lines(folder: Path) -> list[dict[str, Any]]:
    return [record for part in parts_of(folder) for record in read_lines(part / LINES)[0]]


def test_a_line_when_it_opens_grew_and_closes(tmp_path: Path) -> None:
    keeper = FindingKeeper(FindingLog(tmp_path, max_bytes=10**6), grew=0.5, now_ns=lambda: START_NS)
    it = a_finding(id=1, state=OPENED, area=100)
    keeper.take(a_frame(it), RGB)
    for area in (120, 150, 151, 160, 226, 227):
        keeper.take(a_frame(replace(it, state=SEEN, area=area)), RGB)
    keeper.take(a_frame(replace(it, state=CLOSED, area=227)), None)
    told = [(it["event"], it.get("area_px"), "picture" in it) for it in lines(tmp_path)]
    assert told == [
        ("started", None, False),
        ("opened", 100, True),
        ("grew", 151, True),
        ("grew", 227, True),
        ("closed", 227, False),
    ]
    assert keeper.trouble == ""


def test_the_picture_is_the_best_look(tmp_path: Path) -> None:
    keeper = FindingKeeper(FindingLog(tmp_path, max_bytes=10**6), grew=9.0)
    it = a_finding(id=1, state=OPENED, area=100, confidence=0.5)
    keeper.take(a_frame(it), RGB)
    best = replace(it, state=SEEN, area=90, confidence=0.9, box=(60, 40, 20, 8), stamp_ns=7)
    keeper.take(a_frame(best), RGB)
    keeper.take(a_frame(replace(it, state=SEEN, area=95, confidence=0.6)), RGB)
    keeper.take(a_frame(replace(it, state=CLOSED)), None)
    closed = lines(tmp_path)[-1]
    assert closed["event"] == "closed"
    assert (closed["best"]["stamp_ns"], closed["best"]["box"]) == (7, [60, 40, 20, 8])
    assert (tmp_path / closed["picture"]).is_file()


def test_a_full_disk_is_told_once_and_the_log_goes_on_when_there_is_room(
    tmp_path: Path, full_after: Callable[[int | None], None]
) -> None:
    told: list[str] = []
    log = FindingLog(tmp_path, max_bytes=10**6)
    keeper = FindingKeeper(log, grew=0.1, on_trouble=told.append)
    it = a_finding(id=1, state=OPENED)
    full_after(100)  # the first line fits, and half of another
    keeper.take(a_frame(it), None)
    keeper.take(a_frame(it), RGB)
    keeper.take(a_frame(replace(it, state=SEEN, area=105)), RGB)
    keeper.take(a_frame(replace(it, state=SEEN, area=200)), RGB)
    full_after(None)
    assert told == [keeper.trouble] == [f"{tmp_path}: File too large"]
    assert keeper.lost == 2
    keeper.take(a_frame(replace(it, state=CLOSED)), None)
    assert keeper.trouble == ""
    assert [(it["event"], "picture" in it) for it in lines(tmp_path)[1:]] == [("closed", True)]
    assert log.size == sum(file.stat().st_size for file in tmp_path.rglob("*") if file.is_file())


@pytest.mark.parametrize("state", [OPENED, SEEN])
def test_a_finding_that_the_keeper_meets_late_is_opened(
    tmp_path: Path, state: FindingState
) -> None:
    keeper = FindingKeeper(FindingLog(tmp_path, max_bytes=10**6), grew=0.1)
    keeper.take(a_frame(a_finding(state=state)), RGB)
    assert lines(tmp_path)[-1]["event"] == "opened"
