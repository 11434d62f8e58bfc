"""Curves and points over the frames of a run, as SVG that takes its colours from the page."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from laecips_eval.reports.page.html_text import escaped

WIDTHS: Final = {"wide": 1040, "narrow": 400}
"""Every chart is drawn twice, for screens and for phones: scaled text could not be read."""

_LEFT, _RIGHT, _TOP, _BOTTOM, _HEIGHT = 48, 14, 22, 24, 226
_LETTER: Final = 6.4
_MOST_POINTS: Final = 700
_MOST_MARKS: Final = 2500
_SHAPES: Final = {
    "edge": "h0",
    "cloud": "m0-2.4l2.4 4.2h-4.8z",
    "edge_fallback": "m-2-2l4 4m-4 0l4-4",
}


@dataclass(frozen=True, kw_only=True)
class Band:
    """A named stretch of the run: frames `start <= index < stop`."""

    name: str
    start: int
    stop: int


@dataclass(frozen=True, kw_only=True)
class Mark:
    """Something that happened at a frame: a line with a short name; `lasted` says if it stayed."""

    frame: int
    name: str
    title: str
    lasted: bool


@dataclass(frozen=True, kw_only=True)
class Axis:
    """The x axis of all charts of a run.

    Attributes:
        frames: int64 [N], place in the bag, rising.
        seconds: float64 [N], when each was played.
        bands: in order.
        marks: in order.
    """

    frames: NDArray[np.int64]
    seconds: NDArray[np.float64]
    bands: Sequence[Band]
    marks: Sequence[Mark]


@dataclass(frozen=True, kw_only=True)
class Chart:
    """What one chart shows.

    Attributes:
        title: what it is of, with the unit.
        curves: float64 [N] by style, which is a class of the page's style sheet.
        points: (frame, value) by source: edge, cloud or edge_fallback.
        log: whether the y axis is logarithmic.
        share: whether values are shares, shown as per cent, from 0.
        floor: where the y axis begins; None: below the smallest value.
    """

    title: str
    curves: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    points: Mapping[str, Sequence[tuple[int, float]]] = field(default_factory=dict)
    log: bool = False
    share: bool = False
    floor: float | None = None

    def values(self) -> NDArray[np.float64]:
        """float64 [K], all that has to find room."""
        parts = [np.asarray(curve) for curve in self.curves.values()]
        parts += [np.array([value for _, value in dots]) for dots in self.points.values() if dots]
        known = np.concatenate(parts) if parts else np.empty(0)
        known = known[np.isfinite(known)]
        return np.asarray(known[known > 0] if self.log else known, np.float64)


def chart_svg(chart: Chart, axis: Axis) -> str:
    """Draws a chart; empty text where there is nothing to draw.

    Returns:
        Two SVG elements, classes `wide` and `narrow`: the page shows one of them.
    """
    if not len(axis.frames) or not chart.values().size:
        return ""
    return "".join(_svg(chart, axis, kind, width) for kind, width in WIDTHS.items())


def ticks(low: float, high: float, most: int) -> list[float]:
    """Round numbers in [low, high], at most so many and a few: 1, 2 or 5 times a power of ten."""
    span = high - low
    if span <= 0:
        return [low]
    power = 10 ** math.floor(math.log10(span / most))
    step = next(power * factor for factor in (1, 2, 5, 10, 20) if span / (power * factor) <= most)
    first = math.ceil(low / step - 1e-9)
    return [place * step for place in range(first, math.floor(high / step + 1e-9) + 1)]


class _Plane:
    """From frames and values to pixels."""

    def __init__(self, chart: Chart, axis: Axis, width: int) -> None:
        values = chart.values()
        self.log = chart.log
        self.width = width
        self.low, self.high = self._range(values, chart.floor)
        self.first, self.last = float(axis.frames[0]), float(max(axis.frames[-1], 1))

    def x(self, frame: Any) -> Any:
        """Frames to pixels, elementwise."""
        span = max(self.last - self.first, 1.0)
        return _LEFT + (frame - self.first) / span * (self.width - _LEFT - _RIGHT)

    def y(self, value: Any) -> Any:
        """Values to pixels, elementwise."""
        low, high, value = self.low, self.high, np.asarray(value, np.float64)
        if self.log:
            low, high, value = math.log10(low), math.log10(high), np.log10(value)
        return _HEIGHT - _BOTTOM - (value - low) / (high - low) * (_HEIGHT - _BOTTOM - _TOP)

    def y_ticks(self) -> list[float]:
        """Where grid lines go."""
        if not self.log:
            return ticks(self.low, self.high, 5)
        powers = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        found = [factor * 10.0**power for power in powers for factor in (1, 2, 5)]
        return [value for value in found if self.low <= value <= self.high]

    def _range(self, values: NDArray[np.float64], floor: float | None) -> tuple[float, float]:
        low, high = float(values.min()), float(values.max())
        if self.log:
            return low / 1.15, high * 1.15
        low = low if floor is None else floor
        room = 0.06 * (high - low) or 0.05 * abs(high) or 1.0
        return (low - room if floor is None else floor), high + room


def _svg(chart: Chart, axis: Axis, kind: str, width: int) -> str:
    plane = _Plane(chart, axis, width)
    parts = [_bands(axis, plane), _grid(chart, plane), _frames(axis, plane)]
    for source, dots in chart.points.items():
        parts.append(_dots(source, dots, plane))
    for style, curve in chart.curves.items():
        parts.append(_curve(style, axis.frames, curve, plane))
    parts.append(_marks(axis, plane))
    return (
        f'<svg class="{kind}" viewBox="0 0 {width} {_HEIGHT}" role="img" '
        f'aria-label="{escaped(_words(chart))}">{"".join(parts)}</svg>'
    )


def _words(chart: Chart) -> str:
    values = chart.values() * (100 if chart.share else 1)
    unit = " %" if chart.share else ""
    return f"{chart.title}: from {values.min():.3g}{unit} to {values.max():.3g}{unit}"


def _bands(axis: Axis, plane: _Plane) -> str:
    """Shaded stretches, with numbers in the place of names where one has no room."""
    spans = []
    for place, band in enumerate(axis.bands):
        start, stop = max(band.start, plane.first), min(band.stop, plane.last)
        if stop > start:
            spans.append((place, band.name, float(plane.x(start)), float(plane.x(stop))))
    roomy = all(_LETTER * (len(name) + 2) < right - left for _, name, left, right in spans)
    parts = []
    for place, name, left, right in spans:
        text = f"{place + 1} {name}" if roomy else str(place + 1)
        parts.append(
            f'<rect class="band b{place % 2}" x="{left:.1f}" y="{_TOP}" '
            f'width="{right - left:.1f}" height="{_HEIGHT - _BOTTOM - _TOP}"/>'
            f'<text x="{left + 4:.1f}" y="{_TOP - 8}" class="name">{escaped(text)}</text>'
        )
    return "".join(parts)


def _grid(chart: Chart, plane: _Plane) -> str:
    parts = []
    values = plane.y_ticks()
    digits = 0 if len(values) > 1 and values[1] - values[0] >= 0.01 else 1
    for value in values:
        text = f"{100 * value:.{digits}f} %" if chart.share else f"{value:.10g}"
        y = float(plane.y(value))
        parts.append(
            f'<path class="grid" d="M{_LEFT} {y:.1f}H{plane.width - _RIGHT}"/>'
            f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{text}</text>'
        )
    return "".join(parts)


def _frames(axis: Axis, plane: _Plane) -> str:
    """Frame numbers, with the second of the run where there is room for both."""
    wide = plane.width == WIDTHS["wide"]
    parts = []
    for frame in ticks(plane.first, plane.last, 10 if wide else 4):
        second = float(np.interp(frame, axis.frames, axis.seconds))
        text = f"{frame:.0f}" + (f" \N{MIDDLE DOT} {second:.0f} s" if wide else "")
        x = float(plane.x(frame))
        anchor = "end" if x > plane.width - 40 else "middle"
        parts.append(f'<text x="{x:.1f}" y="{_HEIGHT - 6}" text-anchor="{anchor}">{text}</text>')
    return "".join(parts)


def _curve(
    style: str, frames: NDArray[np.int64], values: NDArray[np.float64], plane: _Plane
) -> str:
    stride = -(-len(frames) // _MOST_POINTS)
    chosen = np.unique([*range(0, len(frames), stride), len(frames) - 1])
    xs, ys = plane.x(frames[chosen]), plane.y(values[chosen])
    steps, pen = [], "M"
    for x, y in zip(xs, ys, strict=True):
        if np.isfinite(y):
            steps.append(f"{pen}{x:.1f} {y:.1f}")
            pen = "L"
        else:
            pen = "M"
    return f'<path class="curve {style}" d="{"".join(steps)}"/>'


def _dots(source: str, dots: Sequence[tuple[int, float]], plane: _Plane) -> str:
    stride = max(1, -(-len(dots) // _MOST_MARKS))
    steps = [
        f"M{float(plane.x(frame)):.1f} {float(plane.y(value)):.1f}{_SHAPES[source]}"
        for frame, value in dots[::stride]
        if value > 0
    ]
    return f'<path class="dots {source}" d="{"".join(steps)}"/>' if steps else ""


def _marks(axis: Axis, plane: _Plane) -> str:
    parts = []
    for place, mark in enumerate(axis.marks):
        x = float(plane.x(mark.frame))
        y = _TOP + 12 + 13 * (place % 2)
        near_the_edge = x > plane.width - 40
        parts.append(
            f'<g class="mark{"" if mark.lasted else " gone"}"><title>{escaped(mark.title)}</title>'
            f'<path d="M{x:.1f} {_TOP}V{_HEIGHT - _BOTTOM}"/>'
            f'<text x="{x + (-4 if near_the_edge else 4):.1f}" y="{y}" '
            f'text-anchor="{"end" if near_the_edge else "start"}">{escaped(mark.name)}</text></g>'
        )
    return "".join(parts)
