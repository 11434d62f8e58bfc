"""Histograms of h."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest
from laecips_eval.reports.page.trust_chart import trust_svg
from laecips_eval.scoring.timeline import Trust


def drawn(deltas: list[float], trained: list[float], untrained: list[float]) -> ET.Element:
    trust = Trust(trained=np.array(trained), untrained=np.array(untrained), hard=0.5, deltas=deltas)
    wide, _ = ET.fromstring(f"<page>{trust_svg(trust, untrained_delta=0.5)}</page>")
    return wide


def heights(svg: ET.Element, style: str) -> list[float]:
    (group,) = (g for g in svg.iter("g") if g.get("class") == style)
    return [float(bar.attrib["height"]) for bar in group.iter("rect")]


def test_both_histograms_have_one_scale() -> None:
    svg = drawn([0.6], [0.99, 0.99, 0.01, 0.01], [0.2, 0.2, 0.2, 0.7])
    assert heights(svg, "bars trained") == pytest.approx([64.0, 64.0])
    assert heights(svg, "bars untrained") == pytest.approx([96.0, 32.0])
    assert "on the same 4 frames" in svg.attrib["aria-label"]
    assert "below, most often 0.20 to 0.24" in svg.attrib["aria-label"]


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
    svg = drawn(deltas, [0.9], [0.9])
    marked = [text.text for text in svg.iter("text") if (text.text or "").startswith("delta")]
    assert marked == [f"delta {value}" for value in shown]
