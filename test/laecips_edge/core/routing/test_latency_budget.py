import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laecips_edge.core.routing.latency_budget import BudgetSettings, LatencyBudget, least_easy_share


@pytest.mark.parametrize(
    ("easy", "hard", "budget", "share"),
    [
        (1.12, 5.11, 2.60, 0.629),  # the paper's own point; its print gives 1.696
        (1.0, 3.0, 2.0, 0.5),
        (1.0, 3.0, 3.0, 0.0),
        (1.0, 3.0, 9.0, 0.0),
        (1.0, 3.0, 1.0, 1.0),
        (1.0, 3.0, 0.5, 1.0),
        (2.0, 1.0, 1.5, 0.0),  # a cloud faster than the robot
    ],
)
def test_equation_10(easy: float, hard: float, budget: float, share: float) -> None:
    bound = least_easy_share(easy_delay=easy, hard_delay=hard, budget=budget)
    assert bound == pytest.approx(share, abs=5e-4)


@given(easy=st.floats(0.01, 5.0), more=st.floats(0.01, 5.0), part=st.floats(0.01, 0.99))
def test_the_bound_meets_the_budget_exactly(easy: float, more: float, part: float) -> None:
    hard, budget = easy + more, easy + part * more
    share = least_easy_share(easy_delay=easy, hard_delay=hard, budget=budget)
    assert share * easy + (1 - share) * hard == pytest.approx(budget)


def controller(budget: float, **options: object) -> LatencyBudget:
    settings = BudgetSettings(budget=budget, **options)  # type: ignore[arg-type]
    return LatencyBudget(settings, delta=0.5, hard_share=0.5)


def see(loop: LatencyBudget, *, frames: int, easy: float, hard: float, scale: float = 1.0) -> float:
    """Runs frames with uniform trusts and fixed delays; returns the share that was hard."""
    random, hards = np.random.default_rng(0), 0
    for _ in range(frames):
        trust = random.uniform() * scale
        loop.judged(trust)
        is_hard = not trust > loop.state.delta
        hards += is_hard
        loop.answered(hard if is_hard else easy, hard=bool(is_hard))
        loop.step(cloud_is_there=True)
    return hards / frames


@pytest.mark.parametrize("scale", [1.0, 0.1])
def test_the_mean_delay_settles_at_the_budget_whatever_the_scale_of_h(scale: float) -> None:
    loop = controller(budget=1.5)
    # Both kinds are seen before the threshold of another scale calls everything hard.
    loop.answered(1.0, hard=False)
    see(loop, frames=600, easy=1.0, hard=3.0, scale=scale)
    share = see(loop, frames=600, easy=1.0, hard=3.0, scale=scale)
    assert share * 3.0 + (1 - share) * 1.0 == pytest.approx(1.5, abs=0.1)


def test_nothing_moves_while_the_cloud_is_away_or_little_was_seen() -> None:
    loop = controller(budget=1.5)
    before = loop.state
    for _ in range(29):
        loop.judged(0.9)
    loop.answered(1.0, hard=False)
    loop.answered(3.0, hard=True)
    assert loop.step(cloud_is_there=True) == before
    loop.judged(0.9)
    assert loop.step(cloud_is_there=False) == before
    assert loop.step(cloud_is_there=True) != before


def test_one_step_moves_the_share_by_no_more_than_the_slew() -> None:
    loop = controller(budget=0.5, slew=0.05)
    see(loop, frames=30, easy=1.0, hard=3.0)
    assert loop.state.hard_share == pytest.approx(0.45)


@pytest.mark.parametrize(
    ("budget", "bounds", "share", "reachable"),
    [(0.5, (0.0, 1.0), 0.0, False), (0.5, (0.1, 1.0), 0.1, False), (9.0, (0.0, 0.7), 0.7, True)],
)
def test_bounds_and_a_budget_that_no_threshold_meets(
    budget: float, bounds: tuple[float, float], share: float, reachable: bool
) -> None:
    loop = controller(budget=budget, hard_shares=bounds)
    see(loop, frames=200, easy=1.0, hard=3.0)
    assert loop.state.hard_share == pytest.approx(share)
    assert loop.state.reachable is reachable
    assert 0.0 <= loop.state.delta <= 1.0


@pytest.mark.parametrize(
    ("trusts", "share", "hard"),
    [
        ([0.1, 0.2, 0.3, 0.4], 0.5, 2),
        ([0.1, 0.2, 0.3, 0.4], 1.0, 4),
        ([0.1, 0.2, 0.3, 0.4], 0.0, 0),
        ([0.1, 1.0, 1.0, 1.0], 0.5, 1),  # three that h tells nothing of: none of them
        ([1.0, 1.0, 1.0, 1.0], 0.7, 0),
        ([0.0, 0.0, 0.0, 0.5], 0.75, 3),
    ],
)
def test_no_more_frames_are_hard_than_the_share_whatever_is_alike(
    trusts: list[float], share: float, hard: int
) -> None:
    loop = LatencyBudget(BudgetSettings(budget=1.0), delta=0.5, hard_share=share)
    loop.renew(trusts, delta=0.5)
    assert sum(not value > loop.state.delta for value in trusts) == hard


def test_recent_frames_keep_their_ranks_under_another_h() -> None:
    loop = LatencyBudget(BudgetSettings(budget=1.0), delta=0.5, hard_share=0.5)
    for trust in (0.1, 0.2, 0.3, 0.4):
        loop.judged(trust)
    loop.renew([0.4, 0.8], delta=0.5, before=[0.2, 0.4])
    assert loop.state.delta == pytest.approx(0.4), "half of them lay at 0.2 or below"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"budget": 0.0}, "budget cannot be 0.0"),
        ({"budget": 1.0, "warm_up": 999}, "warm_up cannot be 999"),
        ({"budget": 1.0, "smoothing": 0.0}, "smoothing cannot be 0.0"),
        ({"budget": 1.0, "slew": 2.0}, "slew cannot be 2.0"),
        ({"budget": 1.0, "hard_shares": (0.6, 0.4)}, "hard_shares cannot be"),
    ],
)
def test_settings_that_cannot_be_are_named(options: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        BudgetSettings(**options)  # type: ignore[arg-type]
