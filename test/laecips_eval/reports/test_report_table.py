"""A report as tables on a terminal."""

import io
from typing import Any

import pytest
from laecips_eval.reports.report import Report
from laecips_eval.reports.report_table import milliseconds, points, report_table, size
from rich.console import Console


def shown(report: Report) -> str:
    page = io.StringIO()
    Console(width=160, file=page).print(report_table(report))
    return page.getvalue()


@pytest.mark.parametrize(
    ("complete", "title"), [(True, "smoke: 40 frames"), (False, "smoke: 40 frames (stopped early)")]
)
def test_it_says_of_a_run_that_it_was_stopped_early(
    learned_run: Any, complete: bool, title: str
) -> None:
    learned_run.change({"complete": complete})
    lines = [line.rstrip() for line in shown(learned_run.report).splitlines()]
    assert title in lines


def test_it_shows_what_was_lost_and_what_was_refused(learned_run: Any) -> None:
    learned_run.change({
        "frames": 41, "dropped.transport": 1, "segments.1.name": "dim light",
        "segments.1.edge_untrained": 0.25, "miou.edge_untrained.dataset": 0.375,
    })  # fmt: skip
    text = shown(learned_run.report)
    for expected in (
        "smoke: 41 frames", "20 edge, 10 cloud, 10 fallback (10 overload)", "0 superseded, 1 lost",
        "dim light", "0.250", "180 MB", "f without training", "0.375", "version 2", "promoted",
        "refused: scratch is below its floor", "10.0 kB up, 5.0 kB down, 0 B model",
    ):  # fmt: skip
        assert expected in text


def test_it_says_what_was_wrong_with_pictures(learned_run: Any) -> None:
    assert "rejected" not in shown(learned_run.report)
    learned_run.change({"frames": 43, "dropped.rejected": 3, "rejection": "truncated: send it"})
    line = "0 superseded, 0 lost in transport, 3 rejected (the first: truncated: send it)"
    assert line in " ".join(shown(learned_run.report).split())


def test_it_tells_how_old_the_knowledge_was(learned_run: Any) -> None:
    assert "knowledge" not in shown(learned_run.report)
    learned_run.change({"knowledge": {"frames": 20, "before": 9, "p50_s": 24.4, "p95_s": 41.0}})
    line = "newest lesson of f 24 s old (p50), 41 s (p95); 9 frames before the first update"
    assert line in " ".join(shown(learned_run.report).split())


def test_without_truth_it_shows_what_is_known_without_it(learned_run: Any, bare_run: Any) -> None:
    scored, text = shown(learned_run.report), shown(bare_run.report)
    assert "no truth" not in scored
    assert "no truth: no mIoU" in text
    assert "mIoU published" not in text
    assert "day <1>" in text
    bare_run.change({"shift.alarms": ["dusk: trust has fallen"]})
    assert "alarm: dusk: trust has fallen" in shown(bare_run.report)


def test_without_a_clock_there_is_no_latency(learned_run: Any, bare_run: Any) -> None:
    assert "latency" in shown(learned_run.report)
    assert "latency" not in shown(bare_run.report)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (size(999), "999 B"),
        (size(1_500), "1.5 kB"),
        (size(12_000_000), "12.0 MB"),
        (milliseconds(None), "-"),
        (milliseconds(12.34), "12.3 ms"),
        (points(0.5), "0.500"),
    ],
)
def test_numbers_for_people(text: str, expected: str) -> None:
    assert text == expected


def test_it_names_the_upload_budget_beside_the_uploads(learned_run: Any) -> None:
    assert "budget" not in shown(learned_run.report)
    parameters = {**learned_run.report.setup.parameters, "edge": {"upload_budget": 0.35}}
    learned_run.change({"setup.parameters": parameters})
    assert "audits; budget 35.0%)" in shown(learned_run.report)


def test_it_shows_accuracy_by_disturbance(learned_run: Any) -> None:
    assert "disturbance" not in shown(learned_run.report)
    glare = {"name": "glare", "frames": 9, "sent": 3, "cur": 1 / 3, "published": 0.75,
             "edge_only": 0.5, "edge_untrained": 0.25}  # fmt: skip
    learned_run.change({"disturbances": [glare]})
    row = next(line for line in shown(learned_run.report).splitlines() if "glare" in line)
    assert row.split() == ["glare", "9", "33.3%", "0.750", "0.500", "0.250"]
