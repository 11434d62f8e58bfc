"""Findings as detections for other tools; test_edge_node_depth.py has the topic."""

import math

import pytest
from kept_findings import a_finding, a_frame
from laecips_edge.core.findings.finding_tracker import FindingState
from laecips_edge.frame.detections import detections_of
from std_msgs.msg import Header


def test_what_a_frame_shows_is_a_detection() -> None:
    messages = pytest.importorskip("vision_msgs.msg", reason="vision_msgs is not installed here")
    header = Header(frame_id="camera")
    frame = a_frame(
        a_finding(),
        a_finding(id=4, confidence=math.nan),
        a_finding(id=5, state=FindingState.CLOSED),
    )
    array = detections_of(frame, header, messages)
    assert array.header == header
    one, unsure = array.detections
    assert (one.id, unsure.id) == ("3", "4")
    assert one.header == header
    centre = one.bbox.center.position
    assert (centre.x, centre.y, one.bbox.size_x, one.bbox.size_y) == (40.0, 44.0, 20.0, 8.0)
    (result,) = one.results
    assert (result.hypothesis.class_id, result.hypothesis.score) == ("scratch", 0.75)
    assert unsure.results[0].hypothesis.score == 0.0
