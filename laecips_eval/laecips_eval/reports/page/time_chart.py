"""Curves and points over the frames of a run, with segments as bands and updates as lines."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import IdentityTransform
from numpy.typing import NDArray

from laecips_eval.reports.page.inline_svg import WIDTHS, Drawing, drawings, theme
from laecips_eval.reports.page.label_rows import GAP, label_rows, text_width

_LEFT, _RIGHT, _TOP, _BOTTOM, _HEIGHT = 48, 14, 22, 24, 226
_ROW: Final = 14
_MOST_STEPS: Final = 700
_MOST_POINTS: Final = 2500
_DASHES: Final = {"solid": "-", "dashed": (0, (3.5, 1.5)), "dotted": (0, (1, 1.5))}
_SHAPES: Final[Mapping[str, tuple[Sequence[tuple[float, float]], Sequence[int]]]] = {
    # Vertices in pixels around the point, and matplotlib's codes: 1 moves, 2 draws, 79 closes.
    "dot": (((0, 0), (0, 0)), (1, 2)),
    "triangle": (((0, 2.4), (2.4, -1.8), (-2.4, -1.8), (0, 2.4)), (1, 2, 2, 79)),
    "cross": (((-2, -2), (2, 2), (-2, 2), (2, -2)), (1, 2, 1, 2)),
}


@dataclass(frozen=True, kw_only=True)
class Band:
    """A named stretch of the run: frames `start <= index < stop`."""

    name: str
    start: int
    stop: int


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A line with a short name at a frame; `lasted` is false for an update that was undone."""

    frame: int
    name: str
    title: str
    lasted: bool


@dataclass(frozen=True, kw_only=True)
class TimeAxis:
    """The x axis of all charts of a run.

    Attributes:
        frames: int64 [N], position in the bag, rising.
        seconds: float64 [N], seconds since the first frame.
        bands: segments, in order.
        marks: updates, in order.
    """

    frames: NDArray[np.int64]
    seconds: NDArray[np.float64]
    bands: Sequence[Band]
    marks: Sequence[Mark]


@dataclass(frozen=True, kw_only=True)
class Curve:
    """One curve.

    Attributes:
        name: for the key.
        colour: of the style sheet.
        dashes: solid, dashed or dotted.
        values: float64 [N], NaN where no value is known.
    """

    name: str
    colour: str
    dashes: str
    values: NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Points:
    """Points of one kind.

    Attributes:
        name: for the key.
        colour: of the style sheet.
        shape: dot, triangle or cross.
        places: (frame, value) of each.
    """

    name: str
    colour: str
    shape: str
    places: Sequence[tuple[int, float]]


@dataclass(frozen=True, kw_only=True)
class TimeChart:
    """One chart.

    Attributes:
        name: name of the chart, unique on the page.
        title: quantity with its unit.
        curves: curves; later ones are drawn on top.
        points: points, drawn below the curves; later ones on top.
        log: whether the y axis is logarithmic.
        share: whether values are shares, shown as per cent.
        floor: lower end of the y axis; None: below the smallest value.
        empty: text in place of the chart where it has no data.
    """

    name: str
    title: str
    curves: Sequence[Curve] = ()
    points: Sequence[Points] = ()
    log: bool = False
    share: bool = False
    floor: float | None = None
    empty: str = ""

    def values(self) -> NDArray[np.float64]:
        """Return all values that the y axis must contain, float64 [K]."""
        parts = [curve.values for curve in self.curves]
        parts += [np.array([value for _, value in kind.places]) for kind in self.points]
        known = np.concatenate(parts) if parts else np.empty(0)
        known = known[np.isfinite(known)]
        return np.asarray(known[known > 0] if self.log else known, np.float64)

    @property
    def words(self) -> str:
        """The text for screen readers; the chart must have values."""
        values = self.values() * (100 if self.share else 1)
        unit = " %" if self.share else ""
        low, high = values.min(), values.max()
        return f"{self.title} over the run: from {low:.3g}{unit} to {high:.3g}{unit}"


def draw_over_time(chart: TimeChart, axis: TimeAxis) -> Sequence[Drawing]:
    """Draw a chart; return no drawing if it has no data."""
    if not len(axis.frames) or not chart.values().size:
        return []
    return drawings(partial(_draw, chart, axis), name=chart.name, height=_HEIGHT)


def _draw(chart: TimeChart, axis: TimeAxis, figure: Figure) -> Mapping[str, str]:
    width = round(figure.bbox.width)
    axes = figure.add_axes((
        _LEFT / width, _BOTTOM / _HEIGHT,
        (width - _LEFT - _RIGHT) / width, (_HEIGHT - _TOP - _BOTTOM) / _HEIGHT,
    ))  # fmt: skip
    axes.patch.set_visible(False)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0, labelcolor=theme("soft"))
    axes.tick_params(axis="x", pad=9)
    axes.set_xlim(axis.frames[0], max(axis.frames[-1], axis.frames[0] + 1))
    _scale(axes, chart)
    _number_frames(axes, axis, width)
    _shade(axes, axis)
    for kind in chart.points:
        _scatter(axes, kind)
    stride = -(-len(axis.frames) // _MOST_STEPS)
    chosen = np.unique([*range(0, len(axis.frames), stride), len(axis.frames) - 1])
    for curve in chart.curves:
        axes.plot(
            axis.frames[chosen], curve.values[chosen], linewidth=2, color=theme(curve.colour),
            linestyle=_DASHES[curve.dashes],
        )  # fmt: skip
    return _mark(axes, axis.marks)


def _scale(axes: Axes, chart: TimeChart) -> None:
    """Set the y axis, with round numbers and a grid line at each."""
    values = chart.values()
    low, high = float(values.min()), float(values.max())
    if chart.log:
        axes.set_yscale("log")
        axes.minorticks_off()
        low, high = low / 1.15, high * 1.15
        powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        found = [factor * 10.0**power for power in powers for factor in (1, 2, 5)]
    else:
        low = low if chart.floor is None else chart.floor
        room = 0.06 * (high - low) or 0.05 * abs(high) or 1.0
        low, high = (low - room if chart.floor is None else low), high + room
        found = list(MaxNLocator(5, steps=[1, 2, 5, 10]).tick_values(low, high))
    shown = [value for value in found if low <= value <= high]
    digits = 0 if len(shown) > 1 and shown[1] - shown[0] >= 0.01 else 1
    texts = [f"{100 * value:.{digits}f} %" if chart.share else f"{value:.4g}" for value in shown]
    axes.set_ylim(low, high)
    axes.set_yticks(shown, texts)
    axes.grid(axis="y", color=theme("line"), linewidth=1)


def _number_frames(axes: Axes, axis: TimeAxis, width: int) -> None:
    """Label the x axis with frame numbers, and with seconds where there is room."""
    wide = width == WIDTHS["wide"]
    low, high = axes.get_xlim()
    locator = MaxNLocator(10 if wide else 4, steps=[1, 2, 5, 10], integer=True)
    frames = [frame for frame in locator.tick_values(low, high) if low <= frame <= high]
    seconds = np.interp(frames, axis.frames, axis.seconds)
    axes.set_xticks(
        frames,
        [
            f"{frame:.0f}" + (f" \N{MIDDLE DOT} {second:.0f} s" if wide else "")
            for frame, second in zip(frames, seconds, strict=True)
        ],
    )
    for frame, label in zip(frames, axes.get_xticklabels(), strict=True):
        if _x(axes, frame) > width - 40:
            label.set_horizontalalignment("right")


def _shade(axes: Axes, axis: TimeAxis) -> None:
    """Draw the bands with their names above, or with numbers where a name has no room."""
    first, last = axes.get_xlim()
    spans = []
    for place, band in enumerate(axis.bands):
        start, stop = max(band.start, first), min(band.stop, last)
        if stop > start:
            spans.append((place, band.name, start, stop))
    roomy = all(
        text_width(f"{place + 1} {name}") + GAP < _x(axes, stop) - _x(axes, start)
        for place, name, start, stop in spans
    )
    for place, name, start, stop in spans:
        if place % 2 == 0:
            axes.axvspan(start, stop, color=theme("band"), linewidth=0, zorder=0)
        axes.annotate(
            f"{place + 1} {name}" if roomy else str(place + 1), (start, 1),
            xycoords=("data", "axes fraction"), xytext=(4, 8), textcoords="offset pixels",
            color=theme("ink"),
        )  # fmt: skip


def _scatter(axes: Axes, kind: Points) -> None:
    """All points as one path, for one element each would make a large page."""
    stride = max(1, -(-len(kind.places) // _MOST_POINTS))
    places = [place for place in kind.places[::stride] if place[1] > 0]
    if not places:
        return
    shape, codes = _SHAPES[kind.shape]
    pixels = axes.transData.transform(np.array(places, np.float64))
    path = Path((pixels[:, None] + np.array(shape)).reshape(-1, 2), [*codes] * len(places))
    path.should_simplify = False
    dot = kind.shape == "dot"
    axes.add_patch(
        PathPatch(
            path, transform=IdentityTransform(), clip_on=False, facecolor="none",
            edgecolor=theme(kind.colour), linewidth=3 if dot else 1.3,
            capstyle="round" if dot else "butt", alpha=0.55 if dot else 1, zorder=1.5,
        )
    )  # fmt: skip


def _mark(axes: Axes, marks: Sequence[Mark]) -> Mapping[str, str]:
    labels = label_rows(
        [(_x(axes, mark.frame), mark.name) for mark in marks], right=_x(axes, axes.get_xlim()[1])
    )
    titles: dict[str, str] = {}
    for place, (mark, label) in enumerate(zip(marks, labels, strict=True)):
        colour = theme("mark" if mark.lasted else "bad")
        line = axes.axvline(mark.frame, color=colour, linewidth=1.6, gid=f"mark-{place}")
        line.set_linestyle("-" if mark.lasted else (0, (3, 2)))
        text = axes.annotate(
            mark.name, (mark.frame, 1), xycoords=("data", "axes fraction"),
            xytext=(-GAP if label.to_left else GAP, -4 - _ROW * label.row),
            textcoords="offset pixels", color=colour, fontweight="bold", va="top",
            ha="right" if label.to_left else "left",
        )  # fmt: skip
        text.set_gid(f"mark-{place}-name")
        titles |= dict.fromkeys((f"mark-{place}", f"mark-{place}-name"), mark.title)
    return titles


def _x(axes: Axes, frame: float) -> float:
    """Return the x coordinate of a frame in pixels from the left edge of the drawing."""
    return float(axes.get_xaxis_transform().transform((frame, 0))[0])
