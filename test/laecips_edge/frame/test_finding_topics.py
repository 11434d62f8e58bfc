"""Findings as messages."""

import math

import pytest
from kept_findings import START_NS, a_finding
from laecips_edge.core.findings.finding import SOURCES, FrameFindings
from laecips_edge.core.findings.finding_tracker import FindingState
from laecips_edge.core.findings.pinhole import MetricSize
from laecips_edge.frame.finding_topics import message_of

from laecips_msgs.msg import Finding, Segmentation


def test_a_message_has_every_field_of_a_finding() -> None:
    size = MetricSize(width_mm=12.5, height_mm=3.25, area_mm2=20.5, distance_mm=800.0)
    one = a_finding(size=size, source="cloud", first_seen_ns=START_NS - 1)
    closed = a_finding(id=9, state=FindingState.CLOSED)
    array = message_of(
        FrameFindings(
            stamp_ns=START_NS + 5,
            frame_id="camera",
            picture=(90, 120),
            findings=[one, closed],
            left_out=4,
        )
    )
    assert (array.header.frame_id, array.header.stamp.nanosec) == ("camera", 5)
    assert (array.height, array.width, array.left_out) == (90, 120, 4)
    it, other = array.findings
    assert (it.id, it.state, it.class_name, it.label) == (3, Finding.SEEN, "scratch", 1)
    assert (it.area, it.share, it.confidence, it.trust) == (100, 0.25, 0.75, 0.5)
    assert (it.box.x_offset, it.box.y_offset, it.box.width, it.box.height) == (30, 40, 20, 8)
    assert list(it.contour) == [30, 40, 49, 40, 49, 47, 30, 47]
    assert (it.width_mm, it.height_mm, it.area_mm2, it.distance_mm) == (12.5, 3.25, 20.5, 800.0)
    assert (it.source, it.bundle_version, it.sightings) == (Segmentation.CLOUD, 2, 1)
    assert (it.first_seen.nanosec, it.last_seen.nanosec) == (999_999_999, 0)
    assert (other.id, other.state) == (9, Finding.CLOSED)
    assert all(math.isnan(value) for value in (other.width_mm, other.area_mm2, other.distance_mm))


@pytest.mark.parametrize("source", SOURCES)
def test_sources_are_those_of_the_segmentation(source: str) -> None:
    frame = FrameFindings(
        stamp_ns=0, frame_id="", picture=(1, 1), findings=[a_finding(source=source)]
    )
    assert message_of(frame).findings[0].source == getattr(Segmentation, source.upper())
