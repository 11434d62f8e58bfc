"""Decides what of the findings goes into their log: when a line, and which picture."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from laecips_edge.core.findings.finding import Finding, FrameFindings, to_record
from laecips_edge.core.findings.finding_crop import crop, crop_box
from laecips_edge.core.findings.finding_log import FindingLog
from laecips_edge.core.findings.finding_tracker import FindingState
from laecips_edge.core.findings.label_regions import Box

STARTED: Final = "started"
"""Event of the line with which a process begins: what it finds open was left by a killed one."""

BETTER: Final = 1.1
"""A look is better than the kept one if its confident area is this many times as large."""


@dataclass(kw_only=True)
class _Best:
    """The best look at an open finding, and what of it is on the disk."""

    score: float
    picture: bytes
    about: dict[str, Any]
    logged_area: int
    kept: bool = False


class FindingKeeper:
    """Keeps a log of findings. Never raises for the disk. Not for several threads.

    Args:
        log: the log.
        grew: share by which a finding must have grown for another line.
        on_trouble: called once when the disk begins to fail, with one line.
        now_ns: nanoseconds since the epoch.

    Attributes:
        trouble: why the last line could not be written, one line; empty if it could.
        lost: lines that could not be written.
    """

    def __init__(
        self,
        log: FindingLog,
        *,
        grew: float,
        on_trouble: Callable[[str], None] = lambda line: None,
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self.trouble = ""
        self.lost = 0
        self._log = log
        self._grew = grew
        self._on_trouble = on_trouble
        self._now_ns = now_ns
        self._open: dict[int, _Best] = {}
        self._write({"event": STARTED, "time_ns": now_ns()})

    def take(self, frame: FrameFindings, rgb: NDArray[np.uint8] | None) -> None:
        """Log what is new in a frame.

        Args:
            frame: its findings.
            rgb: its picture, uint8 [H, W, 3]; None where it only closes findings.
        """
        for finding in frame.findings:
            if finding.state is FindingState.CLOSED:
                self._close(finding, frame)
            elif rgb is not None:
                self._see(finding, frame, rgb)

    def _see(self, finding: Finding, frame: FrameFindings, rgb: NDArray[np.uint8]) -> None:
        score = finding.area * (0.5 if np.isnan(finding.confidence) else finding.confidence)
        best = self._open.get(finding.id)
        if best is None or score > BETTER * best.score:
            box = crop_box(finding.box, frame.picture)
            best = _Best(
                score=score,
                picture=crop(rgb, box),
                about=_about(finding, box),
                logged_area=0 if best is None else best.logged_area,
            )
            self._open[finding.id] = best
        if not best.logged_area:
            self._log_it("opened", finding, frame, best)
        elif finding.area > (1 + self._grew) * best.logged_area:
            self._log_it("grew", finding, frame, best)

    def _close(self, finding: Finding, frame: FrameFindings) -> None:
        best = self._open.pop(finding.id, None)
        if best is not None:
            self._log_it("closed", finding, frame, best)

    def _log_it(self, event: str, finding: Finding, frame: FrameFindings, best: _Best) -> None:
        best.logged_area = finding.area
        record = {
            "event": event,
            "time_ns": self._now_ns(),
            **to_record(finding),
            "frame_id": frame.frame_id,
            "size": list(frame.picture),
        }
        if best.kept:
            self._write(record)
        else:
            best.kept = self._write({**record, "best": best.about}, best.picture)

    def _write(self, record: dict[str, Any], picture: bytes | None = None) -> bool:
        before = self.trouble
        try:
            self._log.write(record, picture)
        except OSError as error:
            self.trouble = f"{self._log.folder}: {error.strerror or error}"
            self.lost += 1
            if not before:
                self._on_trouble(self.trouble)
            return False
        self.trouble = ""
        return True


def _about(finding: Finding, box: Box) -> dict[str, Any]:
    """Return what belongs to the picture of a finding, as plain JSON values."""
    return {
        "stamp_ns": finding.stamp_ns,
        "crop_box": list(box),
        "box": list(finding.box),
        "contour": [list(corner) for corner in finding.contour],
        "area_px": finding.area,
    }
