import pytest
from hypothesis import given
from hypothesis import strategies as st
from laecips_edge.core.link.circuit_breaker import Circuit, CircuitBreaker


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def make(clock: Clock) -> CircuitBreaker:
    return CircuitBreaker(failures_to_open=2, first_wait_s=1, longest_wait_s=4, clock=clock)


# Steps: "." a success, "x" a failure, "s" something sent, a number: seconds that pass.
@pytest.mark.parametrize(
    ("steps", "circuit", "allows"),
    [
        ([], Circuit.CLOSED, True),
        (["x"], Circuit.CLOSED, True),
        (["x", ".", "x"], Circuit.CLOSED, True),
        (["x", "x"], Circuit.OPEN, False),
        (["x", "x", 0.9], Circuit.OPEN, False),
        (["x", "x", 1.0], Circuit.OPEN, True),
        (["x", "x", 1.0, "s"], Circuit.HALF_OPEN, False),
        (["x", "x", 1.0, "s", "."], Circuit.CLOSED, True),
        (["x", "x", 1.0, "s", "x", 1.9], Circuit.OPEN, False),
        (["x", "x", 1.0, "s", "x", 2.0], Circuit.OPEN, True),
        (["x", "x", 1.0, "s", "x", 2.0, "s", "x", 4.0, "s", "x", 4.0], Circuit.OPEN, True),
        (["x", "x", 1.0, "s", "x", 2.0, "s", ".", "x", "x", 1.0], Circuit.OPEN, True),
        (["x", "x", "x", 1.0], Circuit.OPEN, True),
        (["x", "x", "."], Circuit.CLOSED, True),
    ],
)
def test_steps(steps: list[str | float], circuit: Circuit, allows: bool) -> None:
    clock = Clock()
    breaker = make(clock)
    for step in steps:
        if isinstance(step, float):
            clock.now += step
        else:
            {".": breaker.succeeded, "x": breaker.failed, "s": breaker.sent}[step]()
    assert (breaker.circuit, breaker.allows) == (circuit, allows)


def test_it_says_when_it_tries_again() -> None:
    clock = Clock()
    breaker = make(clock)
    assert breaker.seconds_to_probe == 0
    breaker.failed()
    breaker.failed()
    clock.now += 0.25
    assert breaker.seconds_to_probe == 0.75


@given(st.lists(st.sampled_from([".", "x", "s", "t"]), max_size=60))
def test_it_never_stays_shut_for_good(steps: list[str]) -> None:
    clock = Clock()
    breaker = make(clock)
    for step in steps:
        if step == "t":
            clock.now += 1
        elif step == "s":
            if breaker.allows:
                breaker.sent()
        else:
            {".": breaker.succeeded, "x": breaker.failed}[step]()
        assert breaker.seconds_to_probe <= 4
    clock.now += 4
    # Only a probe on its way keeps it from letting one go, and that one's end decides.
    assert breaker.allows or breaker.circuit is Circuit.HALF_OPEN
    breaker.succeeded()
    assert breaker.allows
