"""Findings and a folder with some, for the tests of what reads them."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from laecips_edge.core.findings.finding import Finding, FrameFindings
from laecips_edge.core.findings.finding_keeper import FindingKeeper
from laecips_edge.core.findings.finding_log import FindingLog
from laecips_edge.core.findings.finding_tracker import FindingState

SECOND = 10**9
START_NS = 1_750_000_000 * SECOND
RGB = np.random.default_rng(5).integers(0, 256, (90, 120, 3), np.uint8)


def a_finding(**changed: Any) -> Finding:
    finding = Finding(
        id=3,
        state=FindingState.SEEN,
        class_name="scratch",
        label=1,
        area=100,
        share=0.25,
        box=(30, 40, 20, 8),
        contour=((30, 40), (49, 40), (49, 47), (30, 47)),
        confidence=0.75,
        trust=0.5,
        source="edge",
        version=2,
        stamp_ns=START_NS,
        first_seen_ns=START_NS,
        last_seen_ns=START_NS,
        sightings=1,
    )
    return replace(finding, **changed)


def a_frame(*findings: Finding) -> FrameFindings:
    return FrameFindings(
        stamp_ns=START_NS, frame_id="camera", picture=RGB.shape[:2], findings=findings
    )


def make_folder(folder: Path) -> Path:
    """Two findings: a scratch that grew and is closed, a dent that is open."""
    log = FindingLog(folder, max_bytes=10**6)
    keeper = FindingKeeper(log, grew=0.5, now_ns=lambda: START_NS)
    later = {"stamp_ns": START_NS + 5 * SECOND, "last_seen_ns": START_NS + 5 * SECOND}
    scratch = a_finding(id=1, state=FindingState.OPENED)
    dent = a_finding(
        id=2, state=FindingState.OPENED, class_name="dent", label=2, source="cloud", **later
    )
    keeper.take(a_frame(scratch), RGB)
    keeper.take(a_frame(replace(scratch, state=FindingState.SEEN, area=200, **later), dent), RGB)
    keeper.take(a_frame(replace(scratch, state=FindingState.CLOSED, area=150, **later)), None)
    log.close()
    return folder
