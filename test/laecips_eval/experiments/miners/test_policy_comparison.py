"""The policies side by side."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from laecips_eval.experiments.miners.frame_table import FrameTable
from laecips_eval.experiments.miners.policy_comparison import (
    APPEALNET,
    AREA,
    AUROC,
    CORRELATION,
    LAECIPS,
    MEASURES,
    RANDOM,
    TRUE_GAIN,
    Estimate,
    PolicyComparison,
    group_rows,
)

FRAMES = 300


def made_table(*, frames: int = FRAMES, seed: int = 0, noise: float = 0.1) -> FrameTable:
    """A third of the frames gain; h sees which through some noise, spp through more."""
    random = np.random.default_rng(seed)
    troubled = np.repeat(random.random(frames // 10) < 0.34, 10)
    f = np.where(troubled[:, None], 40, 80) + random.integers(-5, 6, (frames, 2))
    unions = np.full((frames, 2), 100)
    names = np.where(troubled, "glare", "")

    def seen(by: float) -> np.ndarray:
        return np.clip(np.where(troubled, 0.3, 0.7) + by * random.normal(size=frames), 0, 1)

    return FrameTable(
        classes=("a", "b"),
        stamps_ns=np.arange(frames),
        segments=np.repeat(["first", "second"], frames // 2),
        disturbances=names,
        f_intersections=f,
        f_unions=unions,
        cloud_intersections=np.full((frames, 2), 82),
        cloud_unions=unions,
        scores={
            "laecips": seen(noise),
            "spp": seen(4 * noise),
            "eiou": seen(3 * noise),
            "random": random.random(frames),
        },
    )


def compared(*tables: FrameTable, resamples: int = 200) -> PolicyComparison:
    return PolicyComparison(tables, resamples=resamples, random_draws=5)


def of_appealnet(table: FrameTable, *, easier: int = 0, first_stamp: int = 0) -> FrameTable:
    """The same frames by an f that is right on more pixels, with its predictor's score."""
    return replace(
        table,
        stamps_ns=table.stamps_ns + first_stamp,
        f_intersections=np.minimum(table.f_intersections + easier, 82),
        scores={**table.scores, APPEALNET: table.f_intersections[:, 0] / 100},
    )


def test_appealnet_is_measured_by_its_own_f() -> None:
    table = made_table()
    own = of_appealnet(table, easier=30)
    found = PolicyComparison([table], appealnet=[own], resamples=20, random_draws=5)
    assert found.policies == ("laecips", "spp", "eiou", APPEALNET, RANDOM, TRUE_GAIN)
    assert found.hard_of(APPEALNET).sum() < found.hard.sum() == found.hard_of("spp").sum()
    alone = PolicyComparison([own], resamples=20, random_draws=5)
    plain = compared(table, resamples=20)
    for measure in MEASURES:
        values = found.estimates[APPEALNET][measure], alone.estimates[APPEALNET][measure]
        assert values[0].value == values[1].value
        np.testing.assert_array_equal(values[0].draws, values[1].draws)
        assert found.estimates["spp"][measure].value == plain.estimates["spp"][measure].value
    np.testing.assert_array_equal(
        found.curve(APPEALNET).miou[0, 0], own.miou(np.zeros(FRAMES, bool))
    )
    for row in group_rows(found, table.segments, nameless="-"):
        part = own.only(own.segments == row.name)
        whole = PolicyComparison([part], resamples=0).estimates[APPEALNET][AUROC].value
        assert row.auroc[APPEALNET] == pytest.approx(whole)


def test_an_appealnet_of_other_frames_is_refused() -> None:
    table = made_table()
    with pytest.raises(ValueError, match="the AppealNet was measured on other frames"):
        PolicyComparison([table], appealnet=[of_appealnet(table, first_stamp=1)])


def test_every_policy_has_every_measure() -> None:
    found = compared(made_table())
    assert found.policies == ("laecips", "spp", "eiou", RANDOM, TRUE_GAIN)
    for policy in found.policies:
        assert tuple(found.estimates[policy]) == MEASURES


def test_what_sees_more_is_worth_more() -> None:
    found = compared(made_table())
    for measure in (AUROC, CORRELATION, "mIoU at 0.35", AREA):
        values = [found.estimates[it][measure].value for it in (TRUE_GAIN, LAECIPS, "eiou", RANDOM)]
        assert values == sorted(values, reverse=True)
    assert found.estimates[TRUE_GAIN][AUROC].value == 1
    assert found.estimates[RANDOM][AUROC].value == pytest.approx(0.5, abs=0.05)
    assert found.estimates[RANDOM][AREA].value == pytest.approx(0, abs=0.005)
    assert found.best_statistic(AUROC) == "eiou"
    low, high = found.above_best(AUROC).interval
    assert 0 < low < found.above_best(AUROC).value < high
    assert found.area_over(TRUE_GAIN).value < 1 < found.area_over("eiou").value


def test_a_loss_is_shown_as_one() -> None:
    table = made_table()
    worse = dict(table.scores) | {"laecips": table.scores["spp"], "spp": table.scores["laecips"]}
    found = compared(FrameTable(**{**vars(table), "scores": worse}))
    assert found.best_statistic(AUROC) == "spp"
    assert found.above_best(AUROC).value < 0
    assert found.above_best(AUROC).interval[1] < 0


def test_intervals_hold_the_value_and_narrow_with_more_frames() -> None:
    def width(frames: int) -> float:
        estimate = compared(made_table(frames=frames)).estimates[LAECIPS][AUROC]
        low, high = estimate.interval
        assert low <= estimate.value <= high
        return high - low

    assert width(2400) < width(300)


def test_of_random_it_is_the_mean_of_several_orders() -> None:
    found = compared(made_table())
    orders = found.scores(RANDOM)
    assert len(orders) == 5
    assert found.curve(RANDOM).miou.shape == (5, FRAMES + 1)
    assert found.curve(LAECIPS).miou.shape == (1, FRAMES + 1)


def test_bags_together_and_frames_without_truth_left_out() -> None:
    table = made_table()
    nothing = FrameTable(
        **{
            **vars(table),
            "f_unions": np.where(np.arange(FRAMES)[:, None] < 10, 0, table.f_unions),
            "f_intersections": np.where(np.arange(FRAMES)[:, None] < 10, 0, table.f_intersections),
        }
    )
    assert len(compared(nothing, made_table(seed=1)).table) == 2 * FRAMES - 10
    with pytest.raises(ValueError, match="no frame has a labelled pixel"):
        compared(nothing.only(np.arange(FRAMES) < 10))


def test_rows_of_groups() -> None:
    found = compared(made_table())
    first, second = group_rows(found, found.table.segments, nameless="-")
    assert (first.name, first.frames, second.name) == ("first", FRAMES // 2, "second")
    assert first.hard + second.hard == found.hard.sum()
    assert set(first.auroc) == {"laecips", "spp", "eiou", TRUE_GAIN}
    by_name = {row.name: row for row in group_rows(found, found.table.disturbances, nameless="-")}
    assert set(by_name) == {"-", "glare"}
    assert by_name["glare"].hard == by_name["glare"].frames
    assert np.isnan(by_name["glare"].auroc["laecips"]), "all are hard"
    assert by_name["glare"].gain > by_name["-"].gain


def test_a_ratio_of_what_may_vanish_has_no_interval() -> None:
    over = Estimate(1.0, np.ones(100)) / Estimate(0.5, np.linspace(-0.1, 1.0, 100))
    assert over.value == 2
    assert all(np.isnan(bound) for bound in over.interval)
    rarely = Estimate(1.0, np.ones(100)) / Estimate(0.5, np.array([-1.0] + [0.5] * 99))
    assert rarely.interval == (2, 2)
