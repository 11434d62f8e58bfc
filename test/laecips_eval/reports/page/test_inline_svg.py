"""What becomes of matplotlib's SVG inside a page."""

import re
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Mapping

import matplotlib as mpl
import pytest
from laecips_eval.reports.page.html_report import template_environment
from laecips_eval.reports.page.inline_svg import WIDTHS, Drawing, drawings, theme
from matplotlib.figure import Figure


def draw(figure: Figure) -> Mapping[str, str]:
    """A curve with a tool tip, and a text that wants to be more."""
    axes = figure.add_axes((0.1, 0.1, 0.8, 0.8))
    axes.plot([0, 1, 2], [0.123456, 0.5, 0.3], color=theme("edge"), gid="curve")
    axes.text(1, 0.4, '<b>0.123456 & $x^2$ d="1.23456" 面板', color=theme("ink"))
    axes.bar([0], [0.1], hatch="//", facecolor="none", edgecolor=theme("bad"))
    return {"curve": 'version <2> & "so on"'}


def element(drawing: Drawing) -> ET.Element:
    return ET.fromstring(f'<svg xmlns:xlink="x">{drawing.body}</svg>')


@pytest.fixture
def wide() -> Drawing:
    return drawings(draw, name="one", height=100)[0]


def test_there_is_one_for_each_width() -> None:
    found = drawings(draw, name="one", height=100)
    assert {it.kind: (it.width, it.height) for it in found} == {
        kind: (width, 100) for kind, width in WIDTHS.items()
    }
    assert found[0].body != found[1].body


def test_colours_are_those_of_the_page(wide: Drawing) -> None:
    assert set(re.findall(r"var\((--\w+)\)", wide.body)) == {"--edge", "--ink", "--bad"}
    assert theme("edge") not in wide.body
    style = template_environment().get_template("style.css").render()
    assert all(f"{colour}:" in style for colour in re.findall(r"var\((--\w+)\)", wide.body))


def test_text_stays_what_it_is_and_takes_the_font_of_the_page(wide: Drawing) -> None:
    texts = [it.text for it in element(wide).iter("text")]
    assert '<b>0.123456 & $x^2$ d="1.23456" 面板' in texts
    assert "font-family" not in wide.body
    assert "0.123456" not in re.sub(r">[^<]*<", "><", wide.body)  # coordinates are shorter


def test_the_tool_tip_is_text(wide: Drawing) -> None:
    (title,) = element(wide).iter("title")
    assert title.text == 'version <2> & "so on"'


def test_two_drawings_on_a_page_share_no_id() -> None:
    found = [it for name in ("one", "two") for it in drawings(draw, name=name, height=100)]
    ids = [re.findall(r' id="([^"]+)"', it.body) for it in found]
    assert all(ids)
    assert len(set().union(*ids)) == sum(map(len, ids))
    for its, drawing in zip(ids, found, strict=True):
        assert set(re.findall(r'(?:url\(|href=")#([^)"]+)', drawing.body)) == set(its)


def test_nothing_but_the_drawing_makes_the_drawing(wide: Drawing) -> None:
    with mpl.rc_context({"font.size": 40, "axes.facecolor": "red", "svg.fonttype": "path"}):
        assert drawings(draw, name="one", height=100)[0] == wide
        assert mpl.rcParams["font.size"] == 40
    assert not re.search(r"<style|<metadata|<!--|http|\d{4}-\d\d-\d\d", wide.body)


def test_a_letter_that_matplotlib_does_not_have_is_no_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        drawings(draw, name="one", height=100)
