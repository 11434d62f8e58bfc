"""Messages of laecips_msgs as records."""

import numpy as np
import pytest
from laecips_eval.run_view.message_records import finding_records, update_note
from laecips_eval.run_view.records import Boxes, Moment, Note
from sensor_msgs.msg import RegionOfInterest

from laecips_msgs.msg import Finding, FindingArray, ModelReport

AT = Moment(stamp_ns=7, frame=3)


def a_finding(number: int, state: int) -> Finding:
    box = RegionOfInterest(x_offset=number, y_offset=20, width=30, height=40)
    return Finding(
        id=number, state=state, class_name="dent", label=8, box=box, area=900, sightings=4
    )


def test_open_findings_have_boxes_and_changes_have_lines() -> None:
    states = (Finding.OPENED, Finding.SEEN, Finding.CLOSED)
    message = FindingArray(findings=[a_finding(1 + n, state) for n, state in enumerate(states)])
    boxes, *notes = finding_records(AT, message)
    assert isinstance(boxes, Boxes)
    np.testing.assert_array_equal(boxes.boxes, [[1, 20, 30, 40], [2, 20, 30, 40]])
    assert (boxes.labels, boxes.texts) == ((8, 8), ("dent 1", "dent 2"))
    assert notes == [
        Note(at=AT, text="dent 1 found: 900 pixels"),
        Note(at=AT, text="dent 3 gone: seen in 4 frames"),
    ]


def test_a_frame_without_findings_clears_the_boxes() -> None:
    (boxes,) = finding_records(AT, FindingArray())
    assert isinstance(boxes, Boxes)
    assert boxes.boxes.shape == (0, 4)


@pytest.mark.parametrize(
    ("message", "text", "warns"),
    [
        (
            ModelReport(version=2, bytes=430_000, transfer_s=1.25, swap_ms=0.5, frames_lost=1),
            "version 2 swapped: 0.43 MB in 1.2 s, swapped in 0.5 ms, 1 frames lost",
            False,
        ),
        (
            ModelReport(version=3, outcome=ModelReport.ROLLED_BACK, reason="trust fell"),
            "version 3 rolled back: trust fell",
            True,
        ),
        (ModelReport(version=4, outcome=9, reason="?"), "version 4 of unknown fate: ?", True),
    ],
    ids=["swapped", "rolled back", "unknown"],
)
def test_updates_are_lines(message: ModelReport, text: str, warns: bool) -> None:
    assert update_note(AT, message) == Note(at=AT, text=text, warns=warns)
