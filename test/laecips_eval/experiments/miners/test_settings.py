"""Settings of the experiment `miners`."""

from __future__ import annotations

from pathlib import Path

import pytest
from laecips_eval.experiments.miners.settings import MinersSettings

SHIPPED = Path(__file__).resolve().parents[4] / "config/experiments/miners.yaml"


def test_the_shipped_ones_are_read_and_changed() -> None:
    settings = MinersSettings.load(SHIPPED)
    assert (list(settings.drives), list(settings.seeds)) == (["patrol", "shift"], [10, 11, 12])
    changed = settings.changed(seeds=[0], every=None, frames=30)
    assert (changed.seeds, changed.frames, changed.every) == ([0], 30, settings.every)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"every": 0}, "every is 0: give a whole number of at least 1"),
        ({"block": 1.5}, "block is 1.5"),
        ({"drives": ["mars"]}, "there is no drive 'mars': there are shift, patrol"),
        ({"seeds": []}, "seeds are missing"),
    ],
)
def test_values_that_make_no_sense(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        MinersSettings.load(SHIPPED).changed(**changes)


@pytest.mark.parametrize("text", ["{", "[]", "seeds: [1]", "3", "{drives: 3}"])
def test_another_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"mine\.yaml: not settings of this experiment"):
        MinersSettings.load(path)
    with pytest.raises(ValueError, match=r"nothing\.yaml: cannot be read \(.*; give --config"):
        MinersSettings.load(tmp_path / "nothing.yaml")
