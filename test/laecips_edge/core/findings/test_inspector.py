"""From label maps to findings."""

import math

import numpy as np
import pytest
from laecips_edge.core.findings.finding import FrameFindings
from laecips_edge.core.findings.finding_settings import FindingSettings
from laecips_edge.core.findings.finding_tracker import FindingState
from laecips_edge.core.findings.inspector import Inspector
from sensor_msgs.msg import CameraInfo

SETTINGS = FindingSettings(
    classes=("scratch", "dent"), smallest=4, confirm=2, looks=3, forget=2, most=3
)
CAMERA = CameraInfo(height=120, width=160, k=[200.0, 0.0, 80.0, 0.0, 200.0, 60.0, 0.0, 0.0, 1.0])


def a_map(*, scratch: int = 5) -> np.ndarray:
    label_map = np.zeros((60, 80), np.uint8)
    label_map[10:14, 20 : 20 + scratch] = 1
    return label_map


def an_inspector(first_id: int = 1) -> Inspector:
    return Inspector(SETTINGS, {1: "scratch", 2: "dent"}, first_id=first_id)


def look(inspector: Inspector, label_map: np.ndarray, stamp: int, **about: object) -> FrameFindings:
    return inspector.look(
        label_map,
        np.full(label_map.shape, 51, np.uint8),
        stamp_ns=stamp,
        frame_id="camera",
        **{"trust": 0.25, "source": "cloud", "version": 7, **about},  # type: ignore[arg-type]
    )


def test_a_finding_says_what_where_how_large_and_since_when() -> None:
    inspector = an_inspector(first_id=40)
    look(inspector, a_map(), 100)
    frame = look(inspector, a_map(scratch=6), 200)
    (it,) = frame.findings
    assert (frame.stamp_ns, frame.frame_id, frame.picture) == (200, "camera", (60, 80))
    assert (it.id, it.state, it.class_name, it.label) == (40, FindingState.OPENED, "scratch", 1)
    assert (it.area, it.box, it.share) == (24, (20, 10, 6, 4), 24 / 4800)
    assert sorted(it.contour) == [(20, 10), (20, 13), (25, 10), (25, 13)]
    assert (it.confidence, it.trust, it.source, it.version) == (0.2, 0.25, "cloud", 7)
    assert (it.stamp_ns, it.first_seen_ns, it.last_seen_ns, it.sightings) == (200, 100, 200, 2)
    assert math.isnan(it.size.area_mm2)


def test_a_finding_is_measured_where_depth_and_calibration_are_known_of_any_size() -> None:
    inspector = an_inspector()
    look(inspector, a_map(), 100)
    depth = np.full((120, 160), 500, np.uint16)
    (it,) = look(inspector, a_map(), 200, depth=depth, camera=CAMERA).findings
    assert (it.size.width_mm, it.size.height_mm) == pytest.approx((25, 20))
    assert (it.size.area_mm2, it.size.distance_mm) == pytest.approx((500, 500))


def test_a_closed_finding_is_as_it_was_last_seen() -> None:
    inspector = an_inspector()
    for stamp in (100, 200, 300):
        look(inspector, a_map(scratch=4 + stamp // 100), stamp)
    empty = np.zeros((60, 80), np.uint8)
    assert look(inspector, empty, 400).findings == []
    (closed,) = look(inspector, empty, 500).findings
    assert (closed.state, closed.stamp_ns, closed.area) == (FindingState.CLOSED, 300, 28)
    assert (closed.first_seen_ns, closed.last_seen_ns, closed.sightings) == (100, 300, 3)


def test_a_late_frame_does_not_turn_a_finding_back() -> None:
    inspector = an_inspector()
    for stamp, scratch in ((100, 5), (300, 8), (200, 6)):
        look(inspector, a_map(scratch=scratch), stamp)
    (closed,) = inspector.close().findings
    assert (closed.stamp_ns, closed.area, closed.last_seen_ns, closed.sightings) == (
        300,
        32,
        300,
        3,
    )


def test_only_the_largest_regions_are_findings_and_the_others_are_counted() -> None:
    label_map = np.zeros((60, 80), np.uint8)
    label_map[::6, :] = 2
    inspector = an_inspector()
    look(inspector, label_map, 100)
    frame = look(inspector, label_map, 200)
    assert len(frame.findings) == SETTINGS.most
    assert frame.left_out == 10 - SETTINGS.most
