"""The pictures of the findings that a robot kept during a run, as one picture of its page."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from laecips_cloud.training.data.time_blocks import spread
from laecips_edge.core.findings.finding_archive import read_archive
from laecips_edge.core.findings.finding_sheet import findings_sheet

from laecips_eval.reports.page.gallery import Panel, panel_of

SHOWN: Final = 24
"""Largest number of findings on the page."""


def kept_findings(folder: Path) -> Panel | None:
    """Return the picture of a robot's findings, evenly chosen over the run.

    Args:
        folder: the robot's `findings.folder`.

    Returns:
        The picture; None without a folder, or without a finding that has a picture.

    Raises:
        OSError: a file cannot be read.
    """
    if not folder.is_dir():
        return None
    try:
        findings = read_archive(folder).findings
    except ValueError:  # it has no log
        return None
    pictured = [one for one in findings if one.picture is not None]
    if not pictured:
        return None
    shown = spread(pictured, SHOWN)
    return panel_of(
        findings_sheet(shown, most=SHOWN),
        f"{len(shown)} findings with their outlines",
        f"{len(shown)} of {len(findings)} findings that the robot reported, evenly chosen over the "
        "run: number, class, size, time and who answered",
    )
