"""Charts over the frames of a run."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from laecips_eval.reports.page.time_chart import (
    Band,
    Curve,
    Mark,
    Points,
    TimeAxis,
    TimeChart,
    draw_over_time,
)

AXIS = TimeAxis(
    frames=np.arange(10),
    seconds=np.arange(10) / 10,
    bands=[Band(name="day & <night>", start=0, stop=5), Band(name="dust", start=5, stop=50)],
    marks=[
        Mark(frame=6, name="v2 undone", title='version "2"', lasted=False),
        Mark(frame=7, name="v3", title="version 3", lasted=True),
    ],
)


def a_curve(values: np.ndarray, *, dashes: str = "solid", colour: str = "published") -> Curve:
    return Curve(name="a curve", colour=colour, dashes=dashes, values=values)


def some_points(*places: tuple[int, float], shape: str = "dot", colour: str = "edge") -> Points:
    return Points(name="points", colour=colour, shape=shape, places=places)


def drawn(chart: TimeChart, axis: TimeAxis = AXIS) -> list[ET.Element]:
    return [ET.fromstring(f"<svg>{it.body}</svg>") for it in draw_over_time(chart, axis)]


def texts(svg: ET.Element) -> list[str]:
    return [element.text or "" for element in svg.iter("text")]


def paths(svg: ET.Element, colour: str) -> list[str]:
    """Data of the lines of a colour."""
    style = f"stroke: var(--{colour})"
    return [it.attrib["d"] for it in svg.iter("path") if style in it.get("style", "")]


def test_a_curve_stays_in_its_frame_and_has_a_gap_where_nothing_is_known() -> None:
    values = np.array([0.5, 0.6, np.nan, np.nan, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])
    chart = TimeChart(name="c", title="IoU", curves=[a_curve(values)])
    for drawing in draw_over_time(chart, AXIS):
        (data,) = paths(ET.fromstring(f"<svg>{drawing.body}</svg>"), "published")
        assert data.count("M") == 2
        numbers = [float(number) for number in re.findall(r"[\d.]+", data)]
        xs, ys = numbers[::2], numbers[1::2]
        assert 0 < min(xs) < max(xs) < drawing.width
        assert 0 < min(ys) < max(ys) < drawing.height
        assert ys[-1] == min(ys)  # better is higher


def test_curves_differ_in_dashes_too() -> None:
    curves = [a_curve(np.ones(10), dashes=dashes) for dashes in ("solid", "dashed", "dotted")]
    wide, _ = drawn(TimeChart(name="c", title="IoU", curves=curves))
    styles = [
        it.get("style", "") for it in wide.iter("path") if "--published" in it.get("style", "")
    ]
    assert len({re.sub("; stroke:.*", "", style) for style in styles}) == 3


def test_segments_and_updates_are_marked() -> None:
    wide, narrow = drawn(TimeChart(name="c", title="a < b", curves=[a_curve(np.ones(10))]))
    for svg in (wide, narrow):
        assert "2 dust" in texts(svg)
        assert len(paths(svg, "mark")) == len(paths(svg, "bad")) == 1
        # Line and name of each have the tool tip.
        assert sorted(it.text or "" for it in svg.iter("title")) == [
            'version "2"', 'version "2"', "version 3", "version 3",
        ]  # fmt: skip
    assert "1 day & <night>" in texts(wide)
    # Close to each other: one name under the other.
    v2, v3 = (it for it in narrow.iter("text") if it.text in ("v2 undone", "v3"))
    assert float(v3.attrib["y"]) - float(v2.attrib["y"]) > 12


def test_where_a_name_has_no_room_there_are_numbers() -> None:
    bands = [
        Band(name="a very long name of a segment", start=s, stop=s + 2) for s in range(0, 8, 2)
    ]
    axis = TimeAxis(frames=AXIS.frames, seconds=AXIS.seconds, bands=bands, marks=[])
    curve = a_curve(np.linspace(0.5, 0.9, 10))
    _, narrow = drawn(TimeChart(name="c", title="t", curves=[curve]), axis)
    assert [text for text in texts(narrow) if len(text) == 1][-4:] == ["1", "2", "3", "4"]


def test_points_have_the_shape_of_their_source() -> None:
    points = [
        some_points((0, 50.0), (1, 60.0)),
        some_points((2, 900.0), shape="cross", colour="fallback"),
        some_points((3, 400.0), (4, 300.0), (5, 0.0), shape="triangle", colour="cloud"),
    ]
    wide, _ = drawn(TimeChart(name="c", title="latency", points=points, log=True))
    assert paths(wide, "edge")[0].count("h0") == 2
    assert paths(wide, "fallback")[0].count("M") == 2
    assert paths(wide, "cloud")[0].count("z") == 2  # 0 has no place on a logarithmic axis
    assert {"50", "100", "200", "500"} <= set(texts(wide))


def test_shares_are_per_cent_and_frames_have_their_second() -> None:
    curve = a_curve(np.linspace(0, 0.5, 10))
    wide, narrow = drawn(TimeChart(name="c", title="t", curves=[curve], share=True, floor=0.0))
    assert {"0 %", "20 %", "40 %", "8 \N{MIDDLE DOT} 1 s"} <= set(texts(wide))
    assert {"0", "5"} <= set(texts(narrow))


def test_long_runs_do_not_make_long_files() -> None:
    frames = 100_000
    axis = TimeAxis(frames=np.arange(frames), seconds=np.arange(frames) / 10, bands=[], marks=[])
    curve = a_curve(np.sin(np.arange(frames)))
    points = some_points(*((i, 50.0 + i % 7) for i in range(frames)), shape="triangle")
    for limit, chart in (
        (25_000, TimeChart(name="c", title="IoU", curves=[curve])),
        (130_000, TimeChart(name="p", title="ms", points=[points], log=True)),
    ):
        assert all(len(it.body) < limit for it in draw_over_time(chart, axis))


@pytest.mark.parametrize(
    "chart",
    [
        TimeChart(name="c", title="nothing"),
        TimeChart(name="c", title="unknown", curves=[a_curve(np.full(10, np.nan))]),
        TimeChart(name="c", title="no points", points=[some_points()], log=True),
    ],
)
def test_of_nothing_there_is_no_drawing(chart: TimeChart) -> None:
    assert drawn(chart) == []


@pytest.mark.parametrize("value", [0.0, 0.5])
def test_a_level_curve_and_a_single_frame_can_be_drawn(value: float) -> None:
    level = a_curve(np.full(10, value))
    assert drawn(TimeChart(name="c", title="level", curves=[level]))
    one = TimeAxis(frames=np.array([0]), seconds=np.array([0.0]), bands=AXIS.bands, marks=[])
    chart = TimeChart(name="c", title="one", curves=[a_curve(np.array([value]))], floor=0.0)
    assert drawn(chart, one)


def test_words_for_those_who_do_not_see_it() -> None:
    curve = a_curve(np.array([0.25, np.nan, 0.5]))
    assert TimeChart(name="c", title="IoU", curves=[curve]).words == (
        "IoU over the run: from 0.25 to 0.5"
    )
    assert TimeChart(name="c", title="sent", curves=[curve], share=True).words == (
        "sent over the run: from 25 % to 50 %"
    )
