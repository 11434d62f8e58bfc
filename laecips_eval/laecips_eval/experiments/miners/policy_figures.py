"""Figures of the experiment `miners` as SVG: how scores part the frames, and mIoU over CUR."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from laecips_eval.experiments.miners.policy_comparison import (
    HARD_GAIN,
    RANDOM,
    TRUE_GAIN,
    PolicyComparison,
)

_BARS: Final = 30
_COLUMNS: Final = 3
_GRID: Final = np.linspace(0, 1, 101)


def draw_scores(path: Path, comparison: PolicyComparison) -> None:
    """Draw how many hard and easy frames have which score, a panel for each policy.

    Equal comparisons give equal bytes.

    Args:
        path: path of the SVG; its folder exists.
        comparison: of the frames.

    Raises:
        OSError: the file cannot be written.
    """
    import matplotlib as mpl  # noqa: PLC0415 - slow to import, only needed here

    mpl.use("svg")
    import matplotlib.pyplot as plt  # noqa: PLC0415

    policies = [name for name in comparison.policies if name not in (RANDOM, TRUE_GAIN)]
    rows = -(-len(policies) // _COLUMNS)
    with mpl.rc_context({"svg.hashsalt": "laecips", "font.size": 9}):
        figure, panels = plt.subplots(
            rows, _COLUMNS, figsize=(9, 2.2 * rows), layout="constrained", squeeze=False
        )
        for axes, name in zip(panels.flat, policies, strict=False):
            (scores,) = comparison.scores(name)
            bars = np.linspace(scores.min(), max(scores.max(), scores.min() + 1e-6), _BARS + 1)
            hard = comparison.hard_of(name)
            for chosen, label, colour in ((~hard, "easy", "C0"), (hard, "hard", "C1")):
                axes.hist(scores[chosen], bars, color=colour, alpha=0.6, label=label)
            axes.set_title(name)
        for axes in panels.flat[len(policies) :]:
            axes.set_axis_off()
        for axes in panels[:, 0]:
            axes.set_ylabel("frames")
        panels[0, 0].legend(title=f"gain {HARD_GAIN:g} or more: hard")
        figure.supxlabel("trust: low goes to the cloud first")
        figure.savefig(path, format="svg", metadata={"Date": None})
        plt.close(figure)


def draw_curves(path: Path, comparison: PolicyComparison) -> None:
    """Draw the data-set mIoU over CUR, a line for each policy; as `draw_scores` otherwise."""
    import matplotlib as mpl  # noqa: PLC0415 - slow to import, only needed here

    mpl.use("svg")
    import matplotlib.pyplot as plt  # noqa: PLC0415

    styles = {RANDOM: ":", TRUE_GAIN: "--"}
    with mpl.rc_context({"svg.hashsalt": "laecips", "font.size": 9}):
        figure, axes = plt.subplots(figsize=(9, 4.5), layout="constrained")
        for number, name in enumerate(comparison.policies):
            curve = comparison.curve(name)
            miou = [float(curve.at(share).mean()) for share in _GRID]
            colour = "grey" if name in styles else f"C{number}"
            axes.plot(_GRID, miou, styles.get(name, "-"), color=colour, label=name)
        axes.set_xlim(0, 1)
        axes.set_xlabel("CUR")
        axes.set_ylabel("data-set mIoU")
        axes.grid(alpha=0.3)
        axes.legend()
        figure.savefig(path, format="svg", metadata={"Date": None})
        plt.close(figure)
