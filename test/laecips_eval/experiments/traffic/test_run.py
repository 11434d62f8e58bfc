from pathlib import Path

import pytest
from laecips_eval.experiments.traffic.run import run_traffic

pytestmark = pytest.mark.slow


def test_a_few_frames_make_the_page(tmp_path: Path) -> None:
    page = tmp_path / "results" / "traffic.md"
    run_traffic(page, every=900)
    text = page.read_text()
    assert "## Answers" in text
    assert " answers: " in text
    assert "## Scores" in text
