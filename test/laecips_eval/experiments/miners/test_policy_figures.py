"""Figures of policies as SVG."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from laecips_eval.experiments.miners.frame_table import FrameTable
from laecips_eval.experiments.miners.policy_comparison import PolicyComparison
from laecips_eval.experiments.miners.policy_figures import draw_curves, draw_scores


def comparison(spp: float = 0.5) -> PolicyComparison:
    counts = np.arange(80).reshape(40, 2)
    table = FrameTable(
        classes=("a", "b"),
        stamps_ns=np.arange(40),
        segments=np.array([""] * 40),
        disturbances=np.array([""] * 40),
        f_intersections=counts,
        f_unions=np.full((40, 2), 100),
        cloud_intersections=counts[::-1],
        cloud_unions=np.full((40, 2), 100),
        scores={"laecips": np.linspace(0, 1, 40), "spp": np.full(40, spp)},
    )
    return PolicyComparison([table], resamples=0, random_draws=3)


def test_a_panel_for_each_policy_even_where_all_scores_are_equal(tmp_path: Path) -> None:
    draw_scores(tmp_path / "scores.svg", comparison(1.0))
    text = (tmp_path / "scores.svg").read_text()
    assert "<!-- laecips -->" in text
    assert "<!-- spp -->" in text
    assert "<!-- random -->" not in text


def test_a_line_for_each_policy(tmp_path: Path) -> None:
    draw_curves(tmp_path / "curves.svg", comparison())
    text = (tmp_path / "curves.svg").read_text()
    for name in ("laecips", "spp", "random", "true gain"):
        assert f"<!-- {name} -->" in text


@pytest.mark.slow
def test_equal_frames_give_equal_bytes(tmp_path: Path) -> None:
    for draw in (draw_scores, draw_curves):
        for name in ("one.svg", "two.svg"):
            draw(tmp_path / name, comparison())
        assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()
