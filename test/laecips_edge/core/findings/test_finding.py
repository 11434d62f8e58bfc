"""A finding as JSON values."""

import json
import math

import pytest
from kept_findings import a_finding
from laecips_edge.core.findings.finding import from_record, to_record
from laecips_edge.core.findings.finding_tracker import FindingState
from laecips_edge.core.findings.pinhole import MetricSize


def test_a_record_is_json_and_comes_back() -> None:
    size = MetricSize(width_mm=12.5, height_mm=3.25, area_mm2=20.125, distance_mm=800.5)
    finding = a_finding(size=size)
    record = json.loads(json.dumps(to_record(finding), allow_nan=False))
    assert from_record(record, FindingState.SEEN) == finding


def test_what_is_unknown_is_null() -> None:
    record = to_record(a_finding(confidence=math.nan))
    assert record["confidence"] is record["width_mm"] is record["area_mm2"] is None
    assert math.isnan(from_record(record, FindingState.SEEN).size.distance_mm)


def test_a_record_that_lacks_a_value_is_refused() -> None:
    record = to_record(a_finding())
    del record["box"]
    with pytest.raises(KeyError):
        from_record(record, FindingState.SEEN)
