"""Histograms of h before and after training, one above the other, as SVG for the page of a run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from laecips_eval.reports.page.html_text import escaped
from laecips_eval.reports.page.line_chart import WIDTHS
from laecips_eval.scoring.timeline import Trust

Counts = NDArray[np.int64]

_BINS = 25
_LEFT, _RIGHT, _HALF, _GAP, _TOP = 14, 14, 96, 26, 18
_MOST_DELTAS = 3


def trust_svg(trust: Trust, *, untrained_delta: float) -> str:
    """Draws h of the pairs that were trained upwards, that of f without training downwards.

    Args:
        trust: of at least one frame.
        untrained_delta: threshold of the pair that the run began with.

    Returns:
        Two SVG elements, classes `wide` and `narrow`: the page shows one of them.
    """
    edges = np.linspace(0.0, 1.0, _BINS + 1)
    above, _ = np.histogram(trust.trained, edges)
    below, _ = np.histogram(trust.untrained, edges)
    deltas = trust.deltas
    if len(deltas) > _MOST_DELTAS:
        deltas = (deltas[0], deltas[-1])
    return "".join(
        _svg((above, below), (deltas, untrained_delta), kind, width)
        for kind, width in WIDTHS.items()
    )


def _svg(
    counts: tuple[Counts, Counts], deltas: tuple[Sequence[float], float], kind: str, width: int
) -> str:
    above, below = counts
    most = max(int(above.max()), int(below.max()), 1)
    axis = _TOP + _HALF
    height = axis + _GAP + _HALF + _TOP
    parts = [
        f'<defs><pattern id="hatch-{kind}" width="5" height="5" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><path class="hatch" d="M0 0V5"/></pattern></defs>',
        _bars(above, most, width, foot=axis, up=True, fill=""),
        _bars(below, most, width, foot=axis + _GAP, up=False, fill=f"url(#hatch-{kind})"),
    ]
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        anchor = {0.0: "start", 1.0: "end"}.get(tick, "middle")
        x = _x(tick, width)
        parts.append(f'<text x="{x:.1f}" y="{axis + 17}" text-anchor="{anchor}">{tick:g}</text>')
    for place, delta in enumerate(deltas[0]):
        # The first to the left of its line, the others to the right, one under the other.
        y = _TOP + 4 + 14 * max(0, place - 1)
        left = delta > 0.75 or (place == 0 and delta > 0.25)
        parts.append(_delta(delta, _x(delta, width), (_TOP - 6, axis), y, left=left))
    foot = (axis + _GAP, height - _TOP + 6)
    x = _x(deltas[1], width)
    parts.append(_delta(deltas[1], x, foot, foot[1] - 2, left=deltas[1] > 0.75))
    parts.append(f'<text class="name" x="{_LEFT}" y="{_TOP + 4}">the pairs that ran</text>')
    parts.append(f'<text class="name" x="{_LEFT}" y="{foot[1] - 2}">without training</text>')
    return (
        f'<svg class="{kind}" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{escaped(_words(above, below))}">{"".join(parts)}</svg>'
    )


def _x(value: float, width: int) -> float:
    return _LEFT + value * (width - _LEFT - _RIGHT)


def _bars(counts: Counts, most: int, width: int, *, foot: int, up: bool, fill: str) -> str:
    step = (width - _LEFT - _RIGHT) / len(counts)
    parts = []
    for place, count in enumerate(counts.tolist()):
        tall = _HALF * count / most
        if tall:
            parts.append(
                f'<rect x="{_LEFT + place * step + 1:.1f}" y="{foot - tall if up else foot:.1f}" '
                f'width="{step - 2:.1f}" height="{tall:.1f}"/>'
            )
    style, hatch = ("trained", "") if up else ("untrained", f' fill="{fill}"')
    return f'<g class="bars {style}"{hatch}>{"".join(parts)}</g>'


def _delta(delta: float, x: float, span: tuple[int, int], y: int, *, left: bool) -> str:
    anchor, shift = ("end", -5) if left else ("start", 5)
    return (
        f'<g class="delta"><path d="M{x:.1f} {span[0]}V{span[1]}"/>'
        f'<text x="{x + shift:.1f}" y="{y}" text-anchor="{anchor}">delta {delta:.2f}</text></g>'
    )


def _words(above: Counts, below: Counts) -> str:
    return (
        f"Histograms of h on the same {int(above.sum())} frames: of the pairs that ran above, "
        f"most often {_mode(above)}; of the pair without training below, most often {_mode(below)}"
    )


def _mode(counts: Counts) -> str:
    place = int(counts.argmax())
    return f"{place / len(counts):.2f} to {(place + 1) / len(counts):.2f}"
