"""Matplotlib drawings as inline SVG; the page's style sheet sets their colours and font."""

from __future__ import annotations

import html
import io
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import matplotlib as mpl
from matplotlib.figure import Figure

WIDTHS: Final = {"wide": 1040, "narrow": 400}
"""Pixels. Each chart is drawn for screens and for phones, because scaled text is unreadable."""

_POINTS: Final = 72  # matplotlib's SVG has 72 units an inch: one of them is one of our pixels
_THEME: Final = (
    "ink", "soft", "line", "band", "published", "edge", "untrained", "cloud", "fallback", "mark",
    "bad",
)  # fmt: skip
_STAND_IN: Final = "#0be0{:02x}"
_METADATA: Final = ("Date", "Creator", "Format", "Type")

Draw = Callable[[Figure], Mapping[str, str]]
"""Draws on a figure of `WIDTHS` pixels; returns tool tips by `gid` of their elements."""


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """One SVG element.

    Attributes:
        kind: key of `WIDTHS`; the style sheet shows or hides it.
        width: pixels.
        height: pixels.
        body: markup between the tags of the element.
    """

    kind: str
    width: int
    height: int
    body: str


def theme(name: str) -> str:
    """Return a colour for matplotlib that stands for `--NAME` of the style sheet."""
    return _STAND_IN.format(_THEME.index(name))


def drawings(draw: Draw, *, name: str, height: int) -> Sequence[Drawing]:
    """Draw a chart at all widths; the same chart gives the same text.

    Args:
        draw: the chart.
        name: name of the chart, unique on the page.
        height: height in pixels.
    """
    return [
        Drawing(kind=kind, width=width, height=height, body=_body(draw, (width, height), name))
        for kind, width in WIDTHS.items()
    ]


def _body(draw: Draw, size: tuple[int, int], name: str) -> str:
    width, height = size
    with mpl.rc_context(), warnings.catch_warnings():
        # Matplotlib measures text with its own font, which may lack some letters.
        warnings.filterwarnings("ignore", message="Glyph")
        mpl.rcdefaults()
        mpl.rcParams.update({
            "svg.fonttype": "none", "svg.hashsalt": f"{name}-{width}", "text.parse_math": False,
            "font.size": 12, "path.simplify_threshold": 0.2,
        })  # fmt: skip
        figure = Figure(figsize=(width / _POINTS, height / _POINTS), dpi=_POINTS)
        figure.patch.set_visible(False)
        titles = draw(figure)
        file = io.StringIO()
        figure.savefig(file, format="svg", metadata=dict.fromkeys(_METADATA))
    svg = file.getvalue()
    inside = svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")]
    styleless = re.sub(r"<defs>\s*<style.*?</defs>", "", inside, flags=re.DOTALL)
    tidy = re.sub("<[^>]*>", lambda tag: _tidy(tag[0], titles), styleless)
    return re.sub("<g/>|<g></g>", "", re.sub(r">\s+<", "><", tidy)).strip()


def _tidy(tag: str, titles: Mapping[str, str]) -> str:
    """Return a tag with tenths of pixels, the page's colours and font, and its tool tip.

    Names from bag or bundle are between tags, which this function does not change.
    """
    tag = re.sub(r"-?\d+\.\d{2,}", lambda number: f"{round(float(number[0]), 1):g}", tag)
    tag = re.sub(r'M (\S+) (\S+) \nL \1 \2 (?=\n["M])', r"M \1 \2h0", tag)
    tag = re.sub(r"\s*\n([MLz]?)\s?", r"\1", tag).replace('="M ', '="M')
    tag = re.sub(r' transform="rotate\(-0 [^"]*"', "", tag)
    tag = re.sub(r"font-size: [^;]*; font-family: [^;]*; ", "", tag)
    tag = re.sub(
        _STAND_IN[:5] + "([0-9a-f]{2})", lambda code: f"var(--{_THEME[int(code[1], 16)]})", tag
    )
    group = re.match(r'<g id="([^"]*)"', tag)
    if group is None:
        return tag
    title = titles.get(group[1])
    bare = tag.replace(f' id="{group[1]}"', "")
    return bare if title is None else f"{bare}<title>{html.escape(title)}</title>"
