import pytest
from laecips_edge.core.transfer.rate_limiter import RateLimiter


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_rate_is_kept_over_many_pieces():
    clock = Clock()
    limiter = RateLimiter(1000, clock=clock)
    started, sent = clock.now, 0
    for size in (500, 1, 3000, 250, 250):
        clock.now += limiter.seconds_to_go
        assert sent <= 1000 * (clock.now - started) + 1e-6
        limiter.count(size)
        sent += size
    assert limiter.seconds_to_go == pytest.approx(0.25)


def test_time_that_nobody_used_is_not_saved_up():
    clock = Clock()
    limiter = RateLimiter(1000, clock=clock)
    limiter.count(10)
    clock.now += 60
    assert limiter.seconds_to_go == 0
    limiter.count(1000)
    assert limiter.seconds_to_go == pytest.approx(1)


def test_no_bound_and_a_bound_that_is_lifted():
    clock = Clock()
    limiter = RateLimiter(0, clock=clock)
    limiter.count(10**9)
    assert limiter.seconds_to_go == 0
    limiter.rate = 1000
    limiter.count(1000)
    assert limiter.seconds_to_go == pytest.approx(1)
    limiter.rate = 0
    assert limiter.seconds_to_go == 0
