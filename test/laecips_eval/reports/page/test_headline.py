"""The few figures that matter."""

from typing import Any

import pytest
from laecips_eval.reports.page.headline import Tile, facts, tiles
from laecips_eval.reports.page.number_text import MISSING


def accuracy_tiles(
    run: Any, published: float | None, ran: float | None, untrained: float | None
) -> tuple[Tile, Tile]:
    """Those of a run whose whole and last segments have these."""
    streams = {"published": published, "edge_only": ran, "edge_untrained": untrained}
    for stream, value in streams.items():
        run.change({f"miou.{stream}.dataset": value})
        for place in range(len(run.report.over_last)):
            run.change({f"over_last.{place}.{stream}": value})
    first, second, *_ = tiles(run.report)
    return first, second


def test_gains_have_signs(learned_run: Any) -> None:
    published, ran = accuracy_tiles(learned_run, 0.7, 0.6, 0.65)
    assert (published.figure, published.gained, published.trend) == ("0.700", "+5.0", "up")
    assert (ran.figure, ran.gained, ran.trend) == ("0.600", "\N{MINUS SIGN}5.0", "down")
    assert published.how == "f without training has 0.650 on the same frames"


def test_no_gain_is_no_success(learned_run: Any) -> None:
    for tile in accuracy_tiles(learned_run, 0.65, 0.65, 0.65):
        assert (tile.gained, tile.trend) == ("0.0", "same")


def test_without_a_comparison_nothing_is_claimed_of_training(learned_run: Any) -> None:
    published, ran = accuracy_tiles(learned_run, 0.7, 0.65, None)
    assert published.how == "f alone, as it ran, has 0.650; f without training was not asked"
    assert (ran.figure, ran.gained, ran.trend) == ("0.650", "", "same")


def test_without_truth_they_are_of_what_is_known_without_it(learned_run: Any) -> None:
    agreement, shift = accuracy_tiles(learned_run, None, None, None)
    assert (agreement.what, agreement.figure) == ("f and F agree, hard frames", "75.0 %")
    assert "there is no truth to compare the answers with" in agreement.how
    assert (shift.what, shift.figure) == ("Largest shift of trust, KS distance", "1.000")
    assert shift.how == "in dust & blur: h is 0.300 in the mean, in day <1> 0.200"
    learned_run.change({"shift": {}})
    for tile in tiles(learned_run.report)[:2]:
        assert (tile.figure, tile.gained) == (MISSING, "")


def test_fallbacks_are_a_share_of_what_was_wanted(learned_run: Any) -> None:
    tile = tiles(learned_run.report)[4]
    assert (tile.figure, tile.how) == (
        "50.0 %", "f's answer was used for 10 of 20 hard frames: 10 overload",
    )  # fmt: skip
    learned_run.change({"wanted": 0})
    assert tiles(learned_run.report)[4].figure == MISSING


@pytest.mark.parametrize(
    ("segments", "what"),
    [
        (0, "f as it ran, whole run"),
        (1, "f as it ran, last segment"),
        (2, "f as it ran, last 2 segments"),
        (5, "f as it ran, last 2 segments"),
    ],
)
def test_the_last_two_segments(learned_run: Any, segments: int, what: str) -> None:
    segment = learned_run.report.segments[0].model_dump()
    last = learned_run.report.over_last[0].model_dump()
    learned_run.change({
        "segments": [segment] * segments,
        "over_last": [last | {"segments": n + 1} for n in range(segments)],
    })  # fmt: skip
    assert tiles(learned_run.report)[1].what == what


def test_what_was_run(learned_run: Any, bare_run: Any) -> None:
    assert facts(learned_run.report)["mode"] == "live, rate 1"
    assert facts(bare_run.report)["mode"] == "offline"
    learned_run.change({"complete": False})
    assert facts(learned_run.report)["played"] == "until it was stopped"


def test_the_upload_budget_stands_beside_the_uploads(learned_run: Any) -> None:
    assert "budget" not in tiles(learned_run.report)[3].how
    learned_run.change({"setup.parameters": {"edge": {"upload_budget": 0.35}}})
    assert tiles(learned_run.report)[3].how.endswith("audits; the upload budget is 35.0 %")


def test_the_age_of_knowledge_is_told_where_something_was_learnt(learned_run: Any) -> None:
    many = len(tiles(learned_run.report))
    learned_run.change({"knowledge": {"frames": 20, "before": 9, "p50_s": 24.4, "p95_s": 41.0}})
    *others, tile = tiles(learned_run.report)
    assert (len(others), tile.what, tile.figure) == (many, "Age of f's knowledge, median", "24 s")
    assert tile.how.startswith("p95 41 s: since the newest frame")
    assert tile.how.endswith("over 20 frames, 9 came before the first update")
