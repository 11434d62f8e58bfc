"""Histograms of h before and after training, one above the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from laecips_eval.reports.page.inline_svg import WIDTHS, Drawing, drawings, theme
from laecips_eval.reports.page.label_rows import GAP, PlacedLabel, label_rows
from laecips_eval.scoring.timeline import Trust

Histogram = NDArray[np.int64]

_EDGES: Final = np.linspace(0.0, 1.0, 26)
_SIDE, _HALF, _GAP, _ROW = 14, 96, 26, 15
_BELOW: Final = 2 * _ROW + 4
_MOST_DELTAS: Final = 3
_NAMES: Final = ("the pairs that ran", "without training")


def draw_trust(trust: Trust, *, untrained_delta: float) -> Sequence[Drawing]:
    """Draw histograms of h: of the trained pairs upwards, of the first pair downwards.

    Args:
        trust: trust in at least one frame.
        untrained_delta: threshold of the first pair, in [0, 1].
    """
    deltas = _shown(trust.deltas)
    rows = max(_rows_of(_labels(deltas, width)) for width in WIDTHS.values())
    height = (rows + 1) * _ROW + _HALF + _GAP + _HALF + _BELOW
    return drawings(partial(_draw, trust, deltas, untrained_delta), name="trust", height=height)


def trust_words(trust: Trust) -> str:
    """Return the text of the drawing for screen readers."""
    above, below = _counts(trust)
    return (
        f"Histograms of h on the same {int(above.sum())} frames: of the pairs that ran above, "
        f"most often {_mode(above)}; of the pair without training below, most often {_mode(below)}"
    )


def _draw(
    trust: Trust, deltas: Sequence[float], untrained_delta: float, figure: Figure
) -> Mapping[str, str]:
    above, below = _counts(trust)
    most = max(int(above.max()), int(below.max()), 1)
    upper = _half(figure, bottom=_BELOW + _HALF + _GAP, limits=(0, most))
    under = _half(figure, bottom=_BELOW, limits=(most, 0))
    upper.stairs(above, _EDGES, fill=True, color=theme("edge"), linewidth=0)
    under.stairs(
        below, _EDGES, fill=True, facecolor="none", edgecolor=theme("untrained"), hatch="/////",
        linewidth=0,
    )  # fmt: skip
    under.stairs(below, _EDGES, color=theme("untrained"), linewidth=1)
    upper.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "0.25", "0.5", "0.75", "1"])
    first, *_, last = upper.get_xticklabels()
    first.set_horizontalalignment("left")
    last.set_horizontalalignment("right")
    rows = _mark(upper, deltas, foot=1)
    _mark(under, [untrained_delta], foot=0)
    for axes, name, foot, away in ((upper, _NAMES[0], 1, rows), (under, _NAMES[1], 0, -2)):
        axes.annotate(
            name, (0, foot), xycoords="axes fraction", xytext=(0, away * _ROW + 3),
            textcoords="offset pixels", color=theme("ink"),
        )  # fmt: skip
    return {}


def _half(figure: Figure, *, bottom: int, limits: tuple[int, int]) -> Axes:
    width, height = figure.bbox.width, figure.bbox.height
    axes = figure.add_axes((
        _SIDE / width, bottom / height, (width - 2 * _SIDE) / width, _HALF / height,
    ))  # fmt: skip
    axes.patch.set_visible(False)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0, pad=4, labelcolor=theme("soft"))
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_xlim(0, 1)
    axes.set_ylim(*limits)
    return axes


def _shown(deltas: Sequence[float]) -> Sequence[float]:
    """Return all thresholds, or only the lowest and the highest where there are too many."""
    return deltas if len(deltas) <= _MOST_DELTAS else (deltas[0], deltas[-1])


def _text(delta: float) -> str:
    return f"delta {delta:.2f}"


def _labels(deltas: Sequence[float], width: float) -> Sequence[PlacedLabel]:
    inner = width - 2 * _SIDE
    return label_rows([(delta * inner, _text(delta)) for delta in deltas], right=inner)


def _rows_of(labels: Sequence[PlacedLabel]) -> int:
    return max((label.row + 1 for label in labels), default=0)


def _mark(axes: Axes, deltas: Sequence[float], *, foot: int) -> int:
    """Draw thresholds as dashed lines, each from its label outside the bars to the middle.

    Returns:
        Number of rows of labels.
    """
    labels = _labels(deltas, axes.figure.bbox.width)
    rows = _rows_of(labels)
    for delta, label in zip(deltas, labels, strict=True):
        # The first row is the farthest from the bars, so no line crosses a label to its left.
        away = (rows - 1 - label.row if foot else -1) * _ROW + 3
        axes.annotate(
            _text(delta), (delta, foot), xycoords=("data", "axes fraction"),
            xytext=(-GAP if label.to_left else GAP, away), textcoords="offset pixels",
            color=theme("ink"), fontweight="bold", ha="right" if label.to_left else "left",
        )  # fmt: skip
        reach = (away + (10 if foot else 0)) / _HALF
        axes.axvline(
            delta, ymin=min(1 - foot, foot + reach), ymax=max(1 - foot, foot + reach),
            color=theme("ink"), linewidth=1.6, linestyle=(0, (3.5, 2)), clip_on=False,
        )  # fmt: skip
    return rows


def _counts(trust: Trust) -> tuple[Histogram, Histogram]:
    above, _ = np.histogram(trust.trained, _EDGES)
    below, _ = np.histogram(trust.untrained, _EDGES)
    return above, below


def _mode(counts: Histogram) -> str:
    place = int(counts.argmax())
    return f"{_EDGES[place]:.2f} to {_EDGES[place + 1]:.2f}"
