"""The benchmark of the fusion measures what it says."""

import numpy as np
import pytest
from laecips_eval.benchmarks import fusion


def test_its_inputs_are_what_the_rows_say() -> None:
    scores = fusion.random_scores(48, 64)
    assert (scores.shape, scores.dtype) == ((11, 48, 64), np.float32)
    np.testing.assert_allclose(scores.sum(axis=0), 1, atol=1e-5)
    blobs = fusion.random_blobs(48, 64)
    assert len(blobs) == 100
    assert 0.05 < np.mean(blobs) < 0.2
    assert np.sum(blobs, axis=0).max() > 10  # they overlap
    assert len(np.unique(fusion.random_regions(48, 64))) == 100


def test_rows_are_ratios_of_one_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fusion, "SIZES", ((48, 64),))
    rows = fusion.run()
    assert [row.case for row in rows] == [
        "100 overlapping masks, 48 x 64",
        "partition of 100 regions, 48 x 64",
    ]
    for row in rows:
        assert row.ratio == pytest.approx(row.reference_ms / row.ours_ms)
        assert row.ours_ms > 0


def test_a_fusion_that_errs_is_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fusion, "SIZES", ((48, 64),))
    monkeypatch.setattr(
        fusion, "per_mask_loop", lambda scores, masks: np.zeros(scores.shape[1:], np.uint8)
    )
    with pytest.raises(ValueError, match="100 overlapping masks, 48 x 64: fusion and the loop"):
        fusion.run()
