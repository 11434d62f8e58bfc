"""The few figures that matter."""

from typing import Any

import pytest
from laecips_eval.reports.page.headline import headline_html, last_segments
from laecips_eval.reports.page.html_text import MISSING


def miou(run: Any, published: float | None, ran: float | None, untrained: float | None) -> str:
    """The head of a run whose whole and last segments have these."""
    streams = {"published": published, "edge_only": ran, "edge_untrained": untrained}
    for stream, value in streams.items():
        run.change({f"miou.{stream}.dataset": value})
        for place in range(len(run.report.over_last)):
            run.change({f"over_last.{place}.{stream}": value})
    return headline_html(run.report)


def test_gains_have_signs(learned_run: Any) -> None:
    text = miou(learned_run, 0.7, 0.6, 0.65)
    assert '<b>0.700 <small class="up">+5.0 points</small></b>' in text
    assert '<b>0.600 <small class="down">\N{MINUS SIGN}5.0 points</small></b>' in text
    assert "f without training has 0.650 on the same frames" in text


def test_no_gain_is_no_success(learned_run: Any) -> None:
    text = miou(learned_run, 0.65, 0.65, 0.65)
    assert text.count('<small class="soft">0.0 points</small>') == 2


def test_without_a_comparison_nothing_is_claimed_of_training(learned_run: Any) -> None:
    text = miou(learned_run, 0.7, 0.65, None)
    assert "f alone, as it ran, has 0.650" in text
    assert "<b>0.650</b>" in text  # f as it ran: no points beside it


def test_without_truth_there_are_dashes(learned_run: Any) -> None:
    text = miou(learned_run, None, None, None)
    assert text.count(f"<b>{MISSING}</b>") == 2
    assert "points" not in text


def test_fallbacks_are_a_share_of_what_was_wanted(learned_run: Any) -> None:
    assert "f&#x27;s answer stood for 10 of 20 hard frames: 10 overload" in headline_html(
        learned_run.report
    )
    learned_run.change({"wanted": 0})
    assert f"<b>{MISSING}</b>" in headline_html(learned_run.report)


@pytest.mark.parametrize(("segments", "expected"), [(0, None), (1, 1), (2, 2), (5, 2)])
def test_the_last_two_segments(learned_run: Any, segments: int, expected: int | None) -> None:
    nothing = {"frames": 0, "published": None, "edge_only": None, "edge_untrained": None}
    learned_run.change({"over_last": [nothing | {"segments": n + 1} for n in range(segments)]})
    last = last_segments(learned_run.report)
    assert (last and last.segments) == expected
