"""The style sheet needs nothing from outside, and what it colours can be read."""

import re

import pytest
from laecips_eval.reports.page.html_report import template_environment

STYLE = template_environment().get_template("style.css").render()
BLOCKS = dict(zip(("light", "dark", "paper"), re.findall(r":root\s*{([^}]*)}", STYLE), strict=True))


def colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"(--\w+): (#\w+);", BLOCKS[block]))


def luminance(colour: str) -> float:
    """WCAG 2's relative luminance of `#rgb` or `#rrggbb`, in [0, 1]."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    channels = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted(map(luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def test_nothing_is_fetched() -> None:
    assert not re.search(r"url\(|@import|@font-face|//", STYLE)


def test_every_colour_of_the_light_page_has_one_in_the_dark_and_on_paper() -> None:
    light = set(colours("light"))
    assert light == set(colours("dark")) == set(colours("paper"))
    assert set(re.findall(r"var\((--\w+)\)", STYLE)) <= light


@pytest.mark.parametrize("block", BLOCKS)
def test_text_and_drawings_stand_out(block: str) -> None:
    """WCAG 2.2: 4.5 for text (1.4.3), 3 for what a drawing tells by (1.4.11)."""
    known = colours(block)
    for name in ("ink", "soft", "good", "bad", "mark"):
        assert contrast(known[f"--{name}"], known["--paper"]) >= 4.5, name
    for name in ("ink", "soft", "good", "bad"):
        assert contrast(known[f"--{name}"], known["--card"]) >= 4.5, name
    for name in ("published", "edge", "untrained", "cloud", "fallback", "mark", "bad"):
        assert contrast(known[f"--{name}"], known["--band"]) >= 3, name
