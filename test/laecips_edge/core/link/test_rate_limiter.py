import pytest
from laecips_edge.core.link.rate_limiter import RateLimiter


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_rate_is_kept_over_many_pieces():
    clock = Clock()
    pacer = RateLimiter(1000, clock=clock)
    started, sent = clock.now, 0
    for size in (500, 1, 3000, 250, 250):
        clock.now += pacer.seconds_to_go
        assert sent <= 1000 * (clock.now - started) + 1e-6
        pacer.count(size)
        sent += size
    assert pacer.seconds_to_go == pytest.approx(0.25)


def test_time_that_nobody_used_is_not_saved_up():
    clock = Clock()
    pacer = RateLimiter(1000, clock=clock)
    pacer.count(10)
    clock.now += 60
    assert pacer.seconds_to_go == 0
    pacer.count(1000)
    assert pacer.seconds_to_go == pytest.approx(1)


def test_no_bound_and_a_bound_that_is_lifted():
    clock = Clock()
    pacer = RateLimiter(0, clock=clock)
    pacer.count(10**9)
    assert pacer.seconds_to_go == 0
    pacer.rate = 1000
    pacer.count(1000)
    assert pacer.seconds_to_go == pytest.approx(1)
    pacer.rate = 0
    assert pacer.seconds_to_go == 0
