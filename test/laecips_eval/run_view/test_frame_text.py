"""One frame as state, values and text."""

import pytest
from laecips_eval.run_view.frame_text import DECISIONS, curves_of, decision_of, summary_of
from laecips_eval.scoring.frame_log import FrameRow

HARD = FrameRow(
    stamp_ns=5,
    source="cloud",
    reason="none",
    trust=0.25,
    delta=0.5,
    latency_ms=231.6,
    bytes_up=23_400,
    bytes_down=5_400,
    version=2,
    iou=0.7,
    iou_now=0.55,
    agreement=0.94,
)


def test_all_is_said_of_a_hard_frame() -> None:
    assert summary_of(HARD, frame=12, stretches=["evening", "glare"]).split("\n\n") == [
        "**frame 12: hard, answered by the cloud**",
        "trust 0.250 <= delta 0.500",
        "answered after 232 ms by version 2",
        "23.4 kB up, 5.4 kB down",
        "IoU published 0.700, f 0.550",
        "f and the cloud agree on 94% of the pixels",
        "evening, glare",
    ]
    assert curves_of(HARD) == {
        "trust/trust": 0.25,
        "trust/delta": 0.5,
        "latency/ms": 231.6,
        "iou/published": 0.7,
        "iou/f": 0.55,
    }


@pytest.mark.parametrize(
    ("row", "decision", "text"),
    [
        (FrameRow(stamp_ns=1, source="edge", audit=False), "easy", "easy"),
        (FrameRow(stamp_ns=1, source="edge", audit=True), "easy", "easy, and uploaded as an audit"),
        (HARD, "hard", "hard, answered by the cloud"),
        (
            FrameRow(stamp_ns=1, source="edge_fallback", reason="deadline"),
            "fallback",
            "hard, answered by f after all (deadline)",
        ),
        (FrameRow(stamp_ns=1), "no answer", "no answer (superseded, unreadable or lost)"),
    ],
    ids=["easy", "audit", "hard", "fallback", "none"],
)
def test_decisions(row: FrameRow, decision: str, text: str) -> None:
    assert decision_of(row) == decision
    assert decision in DECISIONS
    assert summary_of(row, frame=3, stretches=[]).startswith(f"**frame 3: {text}**")


def test_what_is_not_known_is_left_out() -> None:
    row = FrameRow(stamp_ns=1, source="edge", trust=0.6, delta=0.5, iou=0.5)
    assert curves_of(FrameRow(stamp_ns=1)) == {}
    assert summary_of(row, frame=0, stretches=[]).split("\n\n")[1:] == [
        "trust 0.600 > delta 0.500",
        "IoU published 0.500",
    ]
