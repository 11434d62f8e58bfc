"""The picture of a robot's findings on the page of a run."""

import base64
from pathlib import Path

import pytest
from kept_findings import make_folder
from laecips_edge.core.image.codecs import decode_rgb
from laecips_eval.reports.page import kept_findings as kept
from laecips_eval.reports.page.kept_findings import kept_findings


def test_findings_with_a_picture_are_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_folder(tmp_path)
    panel = kept_findings(folder)
    assert panel is not None
    assert panel.caption.startswith("2 of 2 findings that the robot reported")
    assert decode_rgb(base64.b64decode(panel.jpeg)).shape[:2] == (panel.height, panel.width)
    monkeypatch.setattr(kept, "SHOWN", 1)
    one = kept_findings(folder)
    assert one is not None
    assert one.caption.startswith("1 of 2 findings")


def test_a_run_without_findings_has_no_picture(tmp_path: Path) -> None:
    assert kept_findings(tmp_path / "none") is None
    assert kept_findings(tmp_path) is None
    folder = make_folder(tmp_path / "findings")
    for picture in folder.rglob("*.jpg"):
        picture.unlink()
    assert kept_findings(folder) is None
