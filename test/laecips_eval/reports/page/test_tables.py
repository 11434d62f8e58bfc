"""The tables of a run's page."""

from typing import Any

from laecips_eval.reports.page.tables import (
    PageTable,
    answers_table,
    classes_table,
    link_tables,
    link_words,
    processes_table,
    segments_tables,
    shift_table,
    updates_table,
)
from laecips_eval.scoring.link_figures import LinkFigures


def rows(table: PageTable) -> list[list[str]]:
    """Name and cells of every row; each has one for every column."""
    found = [[row.name, *row.cells] for group in table.groups for row in group.rows]
    assert {len(row) for row in found} == {len(table.head)}
    return found


def test_what_shows_without_truth(learned_run: Any) -> None:
    day, dusk = rows(shift_table(learned_run.report))
    assert day[:3] == ["1 day <1>", "20", "0.200"]
    assert day[-4:] == ["\N{EN DASH}", "50.0 %", "5", "\N{EN DASH}"]
    assert dusk[-4:] == ["1.000", "100.0 %", "5", "0.000"]


def test_updates_that_were_refused_say_why(learned_run: Any) -> None:
    table = updates_table(learned_run.report)
    promoted, refused = rows(table)
    assert promoted == [
        "version 2", "promoted", "64", "12.5 s", "0.50 s", "9.4 MB", "3.5 ms", "0", "20",
    ]  # fmt: skip
    assert refused[:2] == ["version 3", "refused"]
    assert set(refused[4:]) == {"\N{EN DASH}"}
    assert [row.note for row in table.groups[0].rows] == [
        "set off by: 64 hard frames; the gate said: better by 0.01",
        "set off by: 64 hard frames; the gate said: scratch is below its floor",
    ]


def test_an_update_that_did_harm(learned_run: Any) -> None:
    learned_run.change({"updates.0.rolled_back": True, "updates.0.trigger": ""})
    table = updates_table(learned_run.report)
    assert rows(table)[0][1] == "rolled back"
    assert table.groups[0].rows[0].note == "the gate said: better by 0.01"


def test_defects_come_first(learned_run: Any) -> None:
    table = classes_table(learned_run.report, defects=["scratch", "unknown"])
    assert [group.name for group in table.groups] == ["defects", "other classes"]
    assert [row[0] for row in rows(table)] == ["scratch", "panel", "screw"]
    assert len(table.head) == 7
    plain = classes_table(learned_run.report, defects=[])
    assert [group.name for group in plain.groups] == [""]
    assert [row[0] for row in rows(plain)] == ["panel", "screw", "scratch"]


def test_recall_stands_beside_iou(learned_run: Any) -> None:
    *_, scratch = rows(classes_table(learned_run.report, defects=[]))
    # Seen by the trained pair and where the cloud answered; f without training never sees it.
    assert scratch == ["scratch", "0.500", "0.500", "0.000", "0.500", "0.500", "0.000"]


def test_segments_say_what_learning_brought(learned_run: Any) -> None:
    segments, together = segments_tables(learned_run.report)
    first, second = rows(segments)
    assert first[:5] == ["1 day <1>", "20", "20", "50.0 %", "30.0 %"]
    assert first[-1] == "0.0"
    assert second[-1].startswith("+")
    assert [row[0] for row in rows(together)] == ["the last", "all"]


def test_disturbances_come_before_the_segments(learned_run: Any) -> None:
    glare = {"name": "glare", "frames": 9, "sent": 3, "cur": 1 / 3, "published": 0.75,
             "edge_only": 0.5, "edge_untrained": 0.25}  # fmt: skip
    learned_run.change({"disturbances": [glare]})
    disturbed, _, _ = segments_tables(learned_run.report)
    assert rows(disturbed) == [["glare", "9", "33.3 %", "0.750", "0.500", "0.250", "+25.0"]]


def test_without_a_comparison_there_is_no_column_for_it(learned_run: Any) -> None:
    learned_run.change({"miou.edge_untrained.dataset": None})
    for table in (
        *segments_tables(learned_run.report), classes_table(learned_run.report, defects=[]),
    ):  # fmt: skip
        assert rows(table)
        assert not any("without training" in name or "gained" in name for name in table.head)


def test_answers_and_processes(learned_run: Any) -> None:
    edge, _, everything = rows(answers_table(learned_run.report))
    assert edge == ["edge", "20", "10.0 ms", "10.0 ms", "10.0 ms"]
    assert everything[:2] == ["all, fallbacks included", "40"]
    assert rows(processes_table(learned_run.report)) == [["edge", "42 %", "180 MB"]]


LINK = LinkFigures.model_validate({
    "mode": "relay", "rate_bit_s": 4e6, "round_trip_ms": 40.0, "loss": 0.0,
    "up": {"bytes": 9000, "used": 0.25, "lost": 1, "dropped": 3, "kinds": {"frames": 8000}},
    "down": {"bytes": 5000, "used": 0.1, "lost": 0, "dropped": 0, "kinds": {"answers": 4000}},
    "hard_ms": {"p50": 300.0, "p95": 400.0, "p99": None},
    "ideal_ms": {"p50": 250.0, "p95": 260.0, "p99": 270.0},
    "cuts": [{"start_s": 60.0, "stop_s": 80.0, "start": 10, "stop": 20}],
    "use": [{"frame": 9, "up": 0.5, "down": 0.1}],
})  # fmt: skip


def test_a_link_is_shown_by_direction_and_kind_and_beside_the_ideal() -> None:
    none = "\N{EN DASH}"
    traffic, latencies = map(rows, link_tables(LINK))
    assert traffic == [
        ["up: robot to cloud", "9.0 kB", "25.0 %", "4"], ["of it frames", "8.0 kB", none, none],
        ["down: cloud to robot", "5.0 kB", "10.0 %", "0"], ["of it answers", "4.0 kB", none, none],
    ]  # fmt: skip
    assert latencies == [
        ["as measured", "300 ms", "400 ms", none],
        ["ideal, alone on the link", "250 ms", "260 ms", "270 ms"],
    ]
    assert link_words(LINK).startswith("Robot and cloud were 4.0 Mbit/s apart, with a round trip ")
    assert link_words(LINK).endswith("It was cut from 60 to 80 s of the run.")
