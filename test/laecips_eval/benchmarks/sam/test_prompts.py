"""The benchmark of prompts: more of them find more, and it is the scores that choose."""

import pytest
from laecips_eval.benchmarks.sam import prompts
from laecips_eval.shipped_models import shipped_bundle


@pytest.mark.slow
def test_rows(monkeypatch) -> None:
    monkeypatch.setattr(prompts, "GRIDS", (4, 16))
    monkeypatch.setattr(prompts, "COUNTS", (16,))
    alone, coarse, fine, chosen = prompts.run(shipped_bundle(), frames=2)
    assert (alone.points, alone.regions) == (0, 0)
    assert alone.miou == alone.miou_bounds
    assert (coarse.points, fine.points, chosen.points) == (16, 256, 16)
    assert 0 < coarse.regions < fine.regions
    assert alone.miou < coarse.miou < fine.miou
    assert coarse.regions < chosen.regions
    assert coarse.miou < chosen.miou
