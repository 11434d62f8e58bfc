"""Which charts a run's page has."""

from typing import Any

from laecips_eval.reports.page.over_time import charts_of, over_time
from laecips_eval.scoring.timeline import timeline


def names(run: Any) -> dict[str, list[str]]:
    """What each chart of a run shows."""
    return {
        chart.name: [it.name for it in (*chart.curves, *chart.points)]
        for chart, _ in over_time(run.report, run.rows).charts
    }


def test_a_run_that_learned_has_all_charts(learned_run: Any) -> None:
    assert names(learned_run) == {
        "accuracy": ["f without training", "f as it ran", "published"],
        "uploads": ["called hard", "sent up (CUR), audits included"],
        "latency": ["edge", "cloud", "fallback to f's answer"],
        "traffic": ["down: their answers", "up: hard frames"],
    }
    shown = over_time(learned_run.report, learned_run.rows)
    assert shown.learned
    for chart, drawings in shown.charts:
        assert [it.kind for it in drawings] == ["wide", "narrow"], chart.name
        for drawing in drawings:
            # One update ran; the refused one has no frame.
            assert "version 2 from frame 20: promoted" in drawing.body
            assert "version 3" not in drawing.body
            assert "dust &amp; blur" in drawing.body


def test_what_is_drawn_differs_in_more_than_colour(learned_run: Any) -> None:
    for chart in charts_of(timeline(learned_run.rows), compared=True):
        for looks in ([it.dashes for it in chart.curves], [it.shape for it in chart.points]):
            assert len(looks) == len(set(looks))


def test_an_update_that_was_undone_says_so(learned_run: Any) -> None:
    learned_run.change({"updates.0.rolled_back": True})
    for _, drawings in over_time(learned_run.report, learned_run.rows).charts:
        assert all("v2 undone" in it.body for it in drawings)
        assert all("var(--bad)" in it.body for it in drawings)


def test_without_a_comparison_f_without_training_is_not_drawn(learned_run: Any) -> None:
    learned_run.change({"miou.edge_untrained.dataset": None})
    assert names(learned_run)["accuracy"] == ["f as it ran", "published"]


def test_what_was_not_measured_is_not_drawn(bare_run: Any) -> None:
    shown = over_time(bare_run.report, bare_run.rows)
    drawn = {chart.name: bool(drawings) for chart, drawings in shown.charts}
    assert drawn == {
        "trust-over-time": True, "uploads": True, "latency": False, "traffic": True,
    }  # fmt: skip
    assert not shown.learned
    assert over_time(bare_run.report, []).charts == []


LINK = {
    "mode": "relay", "rate_bit_s": 4e6, "round_trip_ms": 40.0, "loss": 0.0,
    "up": {"bytes": 9000, "used": 0.25, "lost": 0, "dropped": 3, "kinds": {"frames": 8000}},
    "down": {"bytes": 5000, "used": 0.1, "lost": 0, "dropped": 0, "kinds": {"answers": 4000}},
    "hard_ms": {"p50": 300.0, "p95": 400.0, "p99": None},
    "ideal_ms": {"p50": 250.0, "p95": 260.0, "p99": None},
    "cuts": [{"start_s": 1.0, "stop_s": 2.0, "start": 10, "stop": 20}],
    "use": [{"frame": 9, "up": 0.5, "down": 0.1}, {"frame": 30, "up": 0.0, "down": 0.2}],
}  # fmt: skip


def test_a_link_has_a_chart_and_its_cuts_are_marked(plain_run: Any) -> None:
    plain_run.change({"link": LINK})
    shown = over_time(plain_run.report, plain_run.rows)
    assert not shown.learned
    assert names(plain_run)["link"] == ["down", "up"]
    for _, drawings in shown.charts:
        for drawing in drawings:
            assert "the link was cut at 1 s of the run" in drawing.body
            assert "the link was mended at 2 s of the run" in drawing.body
    chart = shown.charts[-1][0]
    (up,) = [curve.values for curve in chart.curves if curve.name == "up"]
    assert (up[:10] == 0.5).all()
    assert (up[10:] == 0.0).all()
