"""Which curves a run's page has."""

import re
from typing import Any

from laecips_eval.reports.page.curves import curves_html, trust_html


def styles(text: str) -> set[str]:
    return set(re.findall(r'<path class="(?:curve|dots) (\w+)"', text))


def test_a_run_that_learned_has_all_curves(learned_run: Any) -> None:
    text = curves_html(learned_run.report, learned_run.rows)
    assert styles(text) == {
        "published", "edge_only", "edge_untrained", "hard", "sent", "up", "down",
        "edge", "cloud", "edge_fallback",
    }  # fmt: skip
    # One update ran, drawn in four charts at two sizes; the refused one has no frame.
    assert text.count('<g class="mark">') == 8
    assert "version 2 from frame 20: promoted" in text
    assert "version 3" not in text


def test_an_update_that_was_undone_looks_different(learned_run: Any) -> None:
    learned_run.change({"updates.0.rolled_back": True})
    text = curves_html(learned_run.report, learned_run.rows)
    assert text.count('<g class="mark gone">') == 8
    assert "v2 undone" in text


def test_without_a_comparison_f_without_training_is_not_drawn(learned_run: Any) -> None:
    learned_run.change({"miou.edge_untrained.dataset": None})
    text = curves_html(learned_run.report, learned_run.rows)
    assert "edge_untrained" not in styles(text)
    assert "f without training" not in text


def test_trust_is_compared_on_frames_of_trained_pairs(learned_run: Any, plain_run: Any) -> None:
    text = trust_html(learned_run.report, learned_run.rows)
    assert "On the same 20 frames" in text
    assert "50.0 % were called hard, 100.0 % would have been" in text
    assert "<svg" not in trust_html(plain_run.report, plain_run.rows)
