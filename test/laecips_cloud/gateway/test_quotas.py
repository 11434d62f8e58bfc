"""Frames and bytes a minute, frames in flight."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from laecips_cloud.gateway.quotas import Limits, Quotas

LIMITS = Limits(frames_per_minute=6, bytes_per_minute=1000, in_flight=2)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def quotas(clock: Clock) -> Quotas:
    return Quotas(LIMITS, clock=clock)


def use(quotas: Quotas, size: int = 1, robot: str = "r1") -> str:
    refused = quotas.admit(robot, size)
    if not refused:
        quotas.release(robot)
    return refused


def test_frames_a_minute(quotas: Quotas, clock: Clock) -> None:
    assert [use(quotas) for _ in range(6)] == [""] * 6
    assert use(quotas) == "robot r1 has sent its 6 frames a minute: wait 10.0 s"
    clock.now += 4
    assert use(quotas).endswith("wait 6.0 s")
    assert use(quotas, robot="r2") == ""
    clock.now += 6
    assert use(quotas) == ""
    clock.now += 1e6  # a long silence saves up no more than a minute
    assert [use(quotas) for _ in range(6)] == [""] * 6
    assert use(quotas) != ""


def test_bytes_a_minute(quotas: Quotas, clock: Clock) -> None:
    assert use(quotas, 700) == ""
    assert use(quotas, 400) == "robot r1 has sent its 1000 bytes a minute: wait 6.0 s"
    assert use(quotas, 300) == ""
    assert use(quotas, 1001) == "robot r1 may send 1000 bytes a minute, not 1001"


def test_in_flight(quotas: Quotas) -> None:
    assert [quotas.admit("r1", 1), quotas.admit("r1", 1)] == ["", ""]
    assert quotas.admit("r1", 1) == (
        "robot r1 has 2 frames in flight, which is all: wait for an answer"
    )
    assert (quotas.admit("r2", 1), quotas.in_flight()) == ("", {"r1": 2, "r2": 1})
    quotas.release("r1")
    assert quotas.admit("r1", 1) == ""


def test_no_bound(clock: Clock) -> None:
    limits = Limits(frames_per_minute=0, bytes_per_minute=0, in_flight=1)
    quotas = Quotas(limits, clock=clock)
    assert {use(quotas, 10**9) for _ in range(100)} == {""}


@given(steps=st.lists(st.tuples(st.floats(0, 5), st.integers(0, 400)), max_size=60))
def test_no_minute_has_more_than_twice_the_limit(steps: list[tuple[float, int]]) -> None:
    clock = Clock()
    quotas = Quotas(LIMITS, clock=clock)
    taken: list[tuple[float, int]] = []
    for pause, size in steps:
        clock.now += pause
        if not use(quotas, size):
            taken.append((clock.now, size))
        minute = [size for at, size in taken if at > clock.now - 60]
        assert len(minute) <= 2 * LIMITS.frames_per_minute
        assert sum(minute) <= 2 * LIMITS.bytes_per_minute
