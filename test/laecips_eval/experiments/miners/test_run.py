"""The experiment `miners` as a whole, with the shipped networks."""

from __future__ import annotations

from pathlib import Path

import pytest
from laecips_edge.cli import main
from laecips_eval.inspection_scene import make_bags
from laecips_eval.inspection_scene.bag_recipes import BagRecipe

pytestmark = pytest.mark.slow


def test_a_page_says_whether_the_drive_is_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(make_bags, "MAIN_PATROL", BagRecipe(frames=30, drive="patrol"))
    page, models = tmp_path / "miners.md", tmp_path / "models"
    options = ["-o", str(page), "--models", str(models), "--seeds", "0", "1", "--every", "3"]
    assert main(["experiment", "miners", *options]) == 0
    text = page.read_text()
    assert "## The drive `patrol`" in text
    assert text.count("\n| 0 | 10 |") == text.count("\n| 1 | 10 |") == 1
    assert len(list((models / "tables").iterdir())) == 2
    assert len(list((models / "bags").iterdir())) == 2
    before = {path.stat().st_mtime_ns for path in (models / "tables").iterdir()}
    assert main(["experiment", "miners", *options]) == 0
    assert {path.stat().st_mtime_ns for path in (models / "tables").iterdir()} == before
    assert page.read_text() == text
