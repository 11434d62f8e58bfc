"""The style sheet needs nothing from outside and fits the page."""

import re

from laecips_eval.reports.page.style import STYLE


def test_nothing_is_fetched() -> None:
    assert not re.search(r"url\(|@import|@font-face|//", STYLE)


def test_braces_match() -> None:
    assert STYLE.count("{") == STYLE.count("}")


def test_every_colour_of_the_light_page_has_one_in_the_dark_and_on_paper() -> None:
    light, dark, paper = (
        set(re.findall(r"(--\w+):", part))
        for part in (
            STYLE[: STYLE.index("@media (prefers")],
            STYLE[STYLE.index("@media (prefers") : STYLE.index("*{box")],
            STYLE[STYLE.index("@media print") :],
        )
    )
    assert light == dark == paper
    assert set(re.findall(r"var\((--\w+)\)", STYLE)) == light
