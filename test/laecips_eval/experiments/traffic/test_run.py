import json
from pathlib import Path

import pytest
from laecips_eval.experiments.traffic.run import run_traffic
from laecips_eval.experiments.traffic.updates import TRIALS, UpdateTrial

pytestmark = pytest.mark.slow


def test_a_few_frames_make_the_page(tmp_path: Path) -> None:
    page, models = tmp_path / "results" / "traffic.md", tmp_path / "models"
    models.mkdir()
    row = {"seed": 4, "bytes": 3000, "full": 12_000, "before": 0.7, "after": 0.712}
    drives = ("patrol", "shift")
    rows = [UpdateTrial(drive=drive, seed=4, **changes) for drive in drives for changes in TRIALS]
    (models / "updates.jsonl").write_text(
        "".join(json.dumps(row | vars(trial) | {"promoted": True}) + "\n" for trial in rows)
    )
    run_traffic(page, models=models, every=900, seeds=[4])
    text = page.read_text()
    assert text.count("| 10% | 1 | 3,000 | 25.0% | 1 | 0.0 | +1.2 | +1.20 | 1 of 1 |") == 2
    assert "### The drive `patrol`" in text
    assert "## Answers" in text
    assert " answers: " in text
    assert "## Scores" in text
