"""The tables of a run's page."""

import re
from typing import Any

from laecips_eval.reports.page.tables import (
    answers_html,
    classes_html,
    processes_html,
    segments_html,
    updates_html,
)


def cells(text: str) -> list[list[str]]:
    """Rows of cells, head and groups included."""
    return [
        re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in re.findall(r"<tr.*?</tr>", text)
    ]


def test_updates_that_were_refused_say_why(learned_run: Any) -> None:
    head, promoted, refused = cells(updates_html(learned_run.report))
    assert len(head) == len(promoted) == len(refused) == 11
    assert promoted == [
        "version 2", "promoted", "better by 0.01", "64 hard frames", "64", "12.5 s", "0.50 s",
        "9.4 MB", "3.5 ms", "0", "20",
    ]  # fmt: skip
    assert refused[:3] == ["version 3", "refused", "scratch is below its floor"]
    assert set(refused[6:]) == {"\N{EN DASH}"}


def test_an_update_that_did_harm(learned_run: Any) -> None:
    learned_run.change({"updates.0.rolled_back": True})
    assert cells(updates_html(learned_run.report))[1][1] == "rolled back"


def test_defects_come_first(learned_run: Any) -> None:
    rows = cells(classes_html(learned_run.report, defects=["scratch", "unknown"]))
    assert [row[0] for row in rows[1:]] == ["defects", "scratch", "other classes", "panel", "screw"]
    assert len(rows[0]) == 7
    plain = cells(classes_html(learned_run.report, defects=[]))
    assert [row[0] for row in plain[1:]] == ["panel", "screw", "scratch"]


def test_recall_stands_beside_iou(learned_run: Any) -> None:
    (scratch,) = (
        row for row in cells(classes_html(learned_run.report, defects=[])) if row[0] == "scratch"
    )
    # Seen by the trained pair and where the cloud answered; f without training never sees it.
    assert scratch[1:] == ["0.500", "0.500", "0.000", "0.500", "0.500", "0.000"]


def test_segments_say_what_learning_brought(learned_run: Any) -> None:
    rows = cells(segments_html(learned_run.report))
    assert rows[1][:5] == ["1 day &lt;1&gt;", "20", "20", "50.0 %", "30.0 %"]
    assert rows[1][-1] == "0.0"
    assert rows[2][-1].startswith("+")
    assert [row[0] for row in rows[4:]] == ["the last", "all"]


def test_without_a_comparison_there_is_no_column_for_it(learned_run: Any) -> None:
    learned_run.change({"miou.edge_untrained.dataset": None})
    for text in (
        segments_html(learned_run.report), classes_html(learned_run.report, defects=[])
    ):  # fmt: skip
        assert "without training" not in text
        assert "gained" not in text


def test_answers_and_processes(learned_run: Any) -> None:
    rows = cells(answers_html(learned_run.report))
    assert rows[1] == ["edge", "20", "10.0 ms", "10.0 ms", "10.0 ms"]
    assert rows[3][:2] == ["all, fallbacks included", "40"]
    assert cells(processes_html(learned_run.report))[1] == ["edge", "42 %", "180 MB"]
