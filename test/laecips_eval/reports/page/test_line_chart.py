"""Charts as SVG."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laecips_eval.reports.page.line_chart import WIDTHS, Axis, Band, Chart, Mark, chart_svg, ticks

AXIS = Axis(
    frames=np.arange(10),
    seconds=np.arange(10) / 10,
    bands=[Band(name="day & <night>", start=0, stop=5), Band(name="dust", start=5, stop=50)],
    marks=[
        Mark(frame=6, name="v2", title='version "2"', lasted=True),
        Mark(frame=8, name="v3", title="version 3", lasted=False),
    ],
)


def drawn(chart: Chart, axis: Axis = AXIS) -> list[ET.Element]:
    return list(ET.fromstring(f"<page>{chart_svg(chart, axis)}</page>"))


def texts(svg: ET.Element) -> list[str]:
    return [element.text or "" for element in svg.iter("text")]


@pytest.mark.parametrize(
    ("low", "high", "most", "expected"),
    [
        (0.0, 1.0, 5, [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (0.31, 0.78, 5, [0.4, 0.5, 0.6, 0.7]),
        (0.0, 1799.0, 10, [0.0, 200.0, 400.0, 600.0, 800.0, 1000.0, 1200.0, 1400.0, 1600.0]),
        (2.0, 2.0, 5, [2.0]),
    ],
)
def test_ticks(low: float, high: float, most: int, expected: list[float]) -> None:
    np.testing.assert_allclose(ticks(low, high, most), expected)


@given(low=st.floats(-1e6, 1e6), span=st.floats(1e-3, 1e6), most=st.integers(2, 12))
def test_ticks_are_inside_and_few(low: float, span: float, most: int) -> None:
    found = ticks(low, low + span, most)
    assert len(found) <= most + 1
    assert all(low - 1e-6 * span <= tick <= low + span * (1 + 1e-6) for tick in found)


def test_a_curve_stays_in_its_frame_and_has_a_gap_where_nothing_is_known() -> None:
    values = np.array([0.5, 0.6, np.nan, np.nan, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])
    for svg in drawn(Chart(title="IoU", curves={"published": values})):
        _, _, width, height = map(float, svg.attrib["viewBox"].split())
        (curve,) = (path for path in svg.iter("path") if path.get("class") == "curve published")
        steps = curve.attrib["d"].replace("L", " L").replace("M", " M").split(" M")[1:]
        assert len(steps) == 2
        numbers = [float(n) for n in curve.attrib["d"].replace("L", " ").replace("M", " ").split()]
        assert all(0 <= x <= width for x in numbers[::2])
        assert all(0 <= y <= height for y in numbers[1::2])
        # Better is higher: 0.9 lies above 0.4.
        assert numbers[-1] < numbers[numbers.index(min(numbers[::2])) + 1]


def test_names_are_text_and_not_markup() -> None:
    wide, narrow = drawn(Chart(title="a < b", curves={"published": np.linspace(0, 1, 10)}))
    assert [svg.get("class") for svg in (wide, narrow)] == list(WIDTHS)
    assert "1 day & <night>" in texts(wide)
    assert wide.attrib["aria-label"] == "a < b: from 0 to 1"
    assert [title.text for title in wide.iter("title")] == ['version "2"', "version 3"]
    assert [g.get("class") for g in wide.iter("g")] == ["mark", "mark gone"]


def test_where_a_name_has_no_room_there_are_numbers() -> None:
    bands = [
        Band(name="a very long name of a segment", start=s, stop=s + 2) for s in range(0, 8, 2)
    ]
    axis = Axis(frames=AXIS.frames, seconds=AXIS.seconds, bands=bands, marks=[])
    _, narrow = drawn(Chart(title="t", curves={"hard": np.linspace(0, 1, 10)}), axis)
    assert texts(narrow)[:4] == ["1", "2", "3", "4"]


def test_points_have_the_shape_of_their_source() -> None:
    points = {"edge": [(0, 50.0), (1, 60.0)], "edge_fallback": [(2, 900.0)], "cloud": []}
    wide, _ = drawn(Chart(title="latency", points=points, log=True))
    found = {path.get("class"): path.attrib["d"] for path in wide.iter("path")}
    assert found["dots edge"].count("h0") == 2
    assert found["dots edge_fallback"].count("l4 4") == 1
    assert "dots cloud" not in found
    assert {"50", "100", "200", "500"} <= set(texts(wide))


def test_long_runs_do_not_make_long_files() -> None:
    frames = 100_000
    axis = Axis(frames=np.arange(frames), seconds=np.arange(frames) / 10, bands=[], marks=[])
    dots = [(i, 50.0 + i % 7) for i in range(frames)]
    curve = chart_svg(Chart(title="IoU", curves={"published": np.sin(np.arange(frames))}), axis)
    assert len(curve) < 40_000
    assert len(chart_svg(Chart(title="ms", points={"edge": dots}, log=True), axis)) < 150_000


@pytest.mark.parametrize(
    "chart",
    [
        Chart(title="nothing"),
        Chart(title="unknown", curves={"published": np.full(10, np.nan)}),
        Chart(title="no points", points={"edge": []}, log=True),
    ],
)
def test_of_nothing_there_is_no_drawing(chart: Chart) -> None:
    assert chart_svg(chart, AXIS) == ""


@pytest.mark.parametrize("value", [0.0, 0.5])
def test_a_level_curve_and_a_single_frame_can_be_drawn(value: float) -> None:
    assert drawn(Chart(title="level", curves={"published": np.full(10, value)}))
    one = Axis(frames=np.array([0]), seconds=np.array([0.0]), bands=AXIS.bands, marks=[])
    assert drawn(Chart(title="one", curves={"published": np.array([value])}, floor=0.0), one)
