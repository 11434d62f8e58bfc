"""The pictures of findings on one sheet."""

from pathlib import Path

import numpy as np
import pytest
from kept_findings import make_folder
from laecips_edge.core.findings.finding_archive import read_archive
from laecips_edge.core.findings.finding_sheet import SIDE, findings_sheet


def test_pictures_lie_side_by_side_with_their_outlines(tmp_path: Path) -> None:
    findings = read_archive(make_folder(tmp_path)).findings
    sheet = findings_sheet(findings, columns=2)
    one = findings_sheet(findings, columns=2, most=1)
    assert sheet.shape == (one.shape[0], 2 * one.shape[1], 3)
    assert np.array_equal(sheet[:, : one.shape[1]], one)
    outline = (one.astype(int) - (255, 255, 0))[:SIDE, :SIDE]
    assert (np.abs(outline).max(axis=2) < 40).sum() > 100
    assert findings_sheet(findings, columns=1).shape == (2 * one.shape[0], one.shape[1], 3)


def test_findings_without_a_picture_make_no_sheet(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no finding has a picture"):
        findings_sheet([])
