"""The measures against plain definitions, on frames and on resamples written out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laecips_cloud.training.first.ranking import auroc as plain_auroc
from laecips_cloud.training.first.ranking import lowest
from laecips_eval.experiments.miners.frame_table import FrameTable
from laecips_eval.experiments.miners.ranking_measures import (
    auroc,
    rank_correlation,
    upload_curve,
)
from laecips_eval.experiments.miners.resamples import Resamples

FEW_VALUES = st.lists(
    st.tuples(st.sampled_from([0.0, 0.25, 0.5, 1.0]), st.sampled_from([-0.5, 0.0, 0.1, 0.5])),
    min_size=2,
    max_size=12,
)


def table(frames: int = 40, *, seed: int = 0) -> FrameTable:
    random = np.random.default_rng(seed)
    unions = random.integers(50, 100, (2, frames, 3))
    return FrameTable(
        classes=("a", "b", "c"),
        stamps_ns=np.arange(frames),
        segments=np.array([""] * frames),
        disturbances=np.array([""] * frames),
        f_intersections=random.integers(10, 50, (frames, 3)),
        f_unions=unions[0],
        cloud_intersections=random.integers(30, 50, (frames, 3)),
        cloud_unions=unions[1],
        scores={},
    )


def spelled_out(weights: np.ndarray) -> np.ndarray:
    """The frames of a resample, one by one."""
    return np.repeat(np.arange(len(weights)), weights.astype(int))


def spearman(scores: np.ndarray, gain: np.ndarray) -> float:
    def ranks(values: np.ndarray) -> np.ndarray:
        return np.array([(values < v).sum() + ((values == v).sum() + 1) / 2 for v in values])

    if len(set(scores.tolist())) < 2 or len(set(gain.tolist())) < 2:
        return float("nan")
    return float(np.corrcoef(ranks(-scores), ranks(gain))[0, 1])


@given(FEW_VALUES)
def test_ranking_of_resamples_is_that_of_their_frames(pairs: list[tuple[float, float]]) -> None:
    scores, gain = np.array(pairs).T
    hard = gain >= 0.1
    resamples = Resamples.in_blocks([len(pairs)], block=2, draws=5)
    areas = auroc(scores, hard, resamples)
    correlations = rank_correlation(scores, gain, resamples)
    for draw, weights in enumerate(resamples.weights):
        frames = spelled_out(weights)
        expected = (
            plain_auroc(scores[frames], hard[frames]) if 0 < hard[frames].mean() < 1 else np.nan
        )
        assert areas[draw] == pytest.approx(expected, nan_ok=True)
        assert correlations[draw] == pytest.approx(
            spearman(scores[frames], gain[frames]), nan_ok=True
        )


def test_the_gain_itself_ranks_perfectly() -> None:
    gain = np.linspace(-0.2, 0.4, 9)
    once = Resamples.once(9)
    assert auroc(-gain, gain >= 0.1, once)[0] == 1
    assert auroc(gain, gain >= 0.1, once)[0] == 0
    assert rank_correlation(-gain, gain, once)[0] == pytest.approx(1)
    assert rank_correlation(gain, gain, once)[0] == pytest.approx(-1)


def test_a_curve_passes_through_the_miou_at_each_number_of_frames() -> None:
    frames = table()
    scores = np.random.default_rng(1).integers(0, 5, 40) / 5  # with ties
    curve = upload_curve(frames, scores, Resamples.once(40))
    for count in range(41):
        expected = frames.miou(lowest(scores, count / 40))
        assert curve.miou[0, count] == pytest.approx(expected)
        assert curve.at(count / 40)[0] == pytest.approx(expected)


def test_the_curve_of_a_resample_is_that_of_its_frames() -> None:
    frames = table()
    scores = np.random.default_rng(1).random(40)
    resamples = Resamples.in_blocks([40], block=5, draws=6)
    curve = upload_curve(frames, scores, resamples)
    for draw, weights in enumerate(resamples.weights):
        chosen = spelled_out(weights)
        order = chosen[np.argsort(scores[chosen], kind="stable")]
        for share in (0.0, 0.5, 1.0):
            cut = int(share * 40)
            if 0 < cut < 40 and order[cut - 1] == order[cut]:
                continue  # the copies of a frame go together
            hits = frames.cloud_intersections[order[:cut]].sum(0)
            hits = hits + frames.f_intersections[order[cut:]].sum(0)
            unions = frames.cloud_unions[order[:cut]].sum(0)
            unions = unions + frames.f_unions[order[cut:]].sum(0)
            assert curve.at(share)[draw] == pytest.approx((hits / unions).mean())


def test_steps_of_a_curve_hardly_change_it() -> None:
    frames, scores = table(1000), np.random.default_rng(1).random(1000)
    fine = upload_curve(frames, scores, Resamples.once(1000))
    coarse = upload_curve(frames, scores, Resamples.once(1000), bins=100)
    assert coarse.shares.shape == (1, 101)
    assert coarse.at(0.355) == pytest.approx(fine.at(0.355), abs=5e-4)
    assert coarse.area == pytest.approx(fine.area, abs=2e-4)


def test_the_area_is_that_above_a_straight_line() -> None:
    # Of one class with one union: the first of four frames gains all.
    frames = FrameTable(
        classes=("a",),
        stamps_ns=np.arange(4),
        segments=np.array([""] * 4),
        disturbances=np.array([""] * 4),
        f_intersections=np.array([[0], [5], [5], [5]]),
        f_unions=np.full((4, 1), 10),
        cloud_intersections=np.array([[10], [5], [5], [5]]),
        cloud_unions=np.full((4, 1), 10),
        scores={},
    )
    once = Resamples.once(4)
    # mIoU 15/40 to 25/40: a triangle of the height 3/4 of that above the line at CUR 1/4.
    assert upload_curve(frames, np.arange(4.0), once).area[0] == pytest.approx(0.25 * 0.75 / 2)
    assert upload_curve(frames, -np.arange(4.0), once).area[0] == pytest.approx(-0.25 * 0.75 / 2)


def test_a_class_that_no_frame_has_does_not_count() -> None:
    frames = table(3)
    nothing = np.zeros((3, 1), np.int64)
    other = FrameTable(
        **{
            **vars(frames),
            "classes": ("a", "b", "c", "d"),
            **{
                name: np.concatenate([getattr(frames, name), nothing], axis=1)
                for name in (
                    "f_intersections",
                    "f_unions",
                    "cloud_intersections",
                    "cloud_unions",
                )
            },
        }
    )
    scores, once = np.arange(3.0), Resamples.once(3)
    np.testing.assert_allclose(
        upload_curve(other, scores, once).miou, upload_curve(frames, scores, once).miou
    )
