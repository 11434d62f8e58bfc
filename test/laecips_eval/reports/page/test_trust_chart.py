"""Histograms of h."""

import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import numpy as np
import pytest
from laecips_eval.reports.page.trust_chart import draw_trust, trust_words
from laecips_eval.scoring.timeline import Trust


def a_trust(
    *deltas: float, trained: tuple[float, ...] = (0.9,), untrained: tuple[float, ...] = (0.9,)
) -> Trust:
    return Trust(
        trained=np.array(trained), untrained=np.array(untrained), hard=0.5, deltas=list(deltas)
    )


def drawn(trust: Trust) -> list[ET.Element]:
    found = draw_trust(trust, untrained_delta=0.5)
    return [ET.fromstring(f'<svg height="{it.height}">{it.body}</svg>') for it in found]


def height(svg: ET.Element, style: str) -> float:
    """Of the highest bar of a histogram, in pixels."""
    (path,) = (it for it in svg.iter("path") if it.get("style", "").startswith(style))
    numbers = [float(number) for number in re.findall(r"[\d.]+", path.attrib["d"])]
    return max(numbers[1::2]) - min(numbers[1::2])


def test_both_histograms_have_one_scale() -> None:
    trust = a_trust(0.6, trained=(0.99, 0.99, 0.01, 0.01), untrained=(0.2, 0.2, 0.2, 0.7))
    for svg in drawn(trust):
        assert height(svg, "fill: var(--edge)") == pytest.approx(64, abs=0.2)
        assert height(svg, "fill: url(") == pytest.approx(96, abs=0.2)
    assert "on the same 4 frames" in trust_words(trust)
    assert "below, most often 0.20 to 0.24" in trust_words(trust)


@pytest.mark.parametrize(
    ("deltas", "shown"),
    [
        ([], ["0.50"]),
        ([0.6], ["0.60", "0.50"]),
        ([0.4, 0.5, 0.6], ["0.40", "0.50", "0.60", "0.50"]),
        ([0.3, 0.4, 0.5, 0.6], ["0.30", "0.60", "0.50"]),
    ],
)
def test_thresholds_are_marked(deltas: list[float], shown: list[str]) -> None:
    for svg in drawn(a_trust(*deltas)):
        marked = [text.text for text in svg.iter("text") if (text.text or "").startswith("delta")]
        assert marked == [f"delta {value}" for value in shown]


@pytest.mark.parametrize("deltas", [(0.58, 0.59, 0.6), (0.97, 0.98, 1.0), (0.0, 0.01, 1.0)])
def test_labels_of_close_thresholds_stand_one_under_the_other(deltas: tuple[float, ...]) -> None:
    for svg in drawn(a_trust(*deltas)):
        *above, below = (it for it in svg.iter("text") if (it.text or "").startswith("delta"))
        assert below.text == "delta 0.50"
        rows: dict[float, list[tuple[float, float]]] = {}
        for label in above:
            x = float(label.attrib["x"])
            to_left = "text-anchor: end" in label.attrib["style"]
            rows.setdefault(float(label.attrib["y"]), []).append(
                (x - 72, x) if to_left else (x, x + 72)
            )
        assert all(lower - upper >= 12 for upper, lower in pairwise(sorted(rows)))
        for spans in rows.values():
            spans.sort()
            assert all(end <= start for (_, end), (start, _) in pairwise(spans))


def test_more_labels_make_a_higher_drawing() -> None:
    one, three = drawn(a_trust(0.6))[0], drawn(a_trust(0.58, 0.59, 0.6))[0]
    assert int(three.attrib["height"]) > int(one.attrib["height"])
