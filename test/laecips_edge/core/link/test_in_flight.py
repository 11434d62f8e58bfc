"""Requests in flight alone, and together with the counters: no frame is lost."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule
from laecips_edge.core.frame.counters import FrameCounters, FrameOutcome
from laecips_edge.core.link.circuit_breaker import CircuitBreaker
from laecips_edge.core.link.in_flight import InFlightRequests, Refusal, Refused

FALLBACK = {
    Refusal.OVERLOAD: FrameOutcome.FALLBACK_OVERLOAD,
    Refusal.OFFLINE: FrameOutcome.FALLBACK_OFFLINE,
}


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def make(clock: Clock) -> InFlightRequests[int]:
    breaker = CircuitBreaker(failures_to_open=2, first_wait_s=1, longest_wait_s=4, clock=clock)
    return InFlightRequests(max_in_flight=2, deadline_s=3, breaker=breaker, clock=clock)


def test_no_more_than_max_in_flight() -> None:
    in_flight = make(Clock())
    assert in_flight.admit("a", 1) is None
    assert in_flight.admit("b", 2) is None
    refused = in_flight.admit("c", 3)
    assert refused == Refused(why=Refusal.OVERLOAD, detail="2 requests in flight")
    in_flight.max_in_flight = 3
    assert in_flight.admit("c", 3) is None


def test_an_answer_takes_its_request_once() -> None:
    in_flight = make(Clock())
    in_flight.admit("a", 1)
    request = in_flight.take("a")
    assert request is not None
    assert request.frame == 1
    assert in_flight.take("a") is None
    assert (in_flight.in_flight, in_flight.late) == (0, 1)


def test_deadlines() -> None:
    clock = Clock()
    in_flight = make(clock)
    assert in_flight.seconds_to_deadline() is None
    in_flight.admit("a", 1)
    clock.now += 1
    in_flight.deadline_s = 10
    in_flight.admit("b", 2)
    assert in_flight.seconds_to_deadline() == 2
    clock.now += 2
    assert [request.frame for request in in_flight.expire()] == [1]
    assert in_flight.expire() == []
    assert in_flight.take("a") is None
    clock.now += 99
    assert in_flight.seconds_to_deadline() == 0


@pytest.mark.parametrize(
    ("prepare", "detail"),
    [
        (lambda in_flight: in_flight.drain(), "the robot is stopping"),
        (
            lambda in_flight: [in_flight.judge(useful=False) for _ in range(2)],
            "the cloud failed before; next try in 1.0 s",
        ),
    ],
)
def test_offline(prepare: object, detail: str) -> None:
    in_flight = make(Clock())
    prepare(in_flight)  # type: ignore[operator]
    assert in_flight.admit("a", 1) == Refused(why=Refusal.OFFLINE, detail=detail)


def test_no_service_is_offline_and_costs_nothing() -> None:
    in_flight = make(Clock())
    refused = in_flight.admit("a", 1, available=False)
    assert refused == Refused(why=Refusal.OFFLINE, detail="no cloud offers the service")
    assert in_flight.admit("a", 1) is None


def test_one_hard_frame_probes_a_cloud_that_failed() -> None:
    clock = Clock()
    in_flight = make(clock)
    for key in "ab":
        in_flight.admit(key, 0)
    clock.now += 3
    assert len(in_flight.expire()) == 2  # two failures: open
    clock.now += 1
    assert in_flight.admit("audit", 0, probe=False) is not None
    assert in_flight.reachable
    assert in_flight.admit("probe", 0) is None
    refused = in_flight.admit("next", 0)
    assert refused is not None
    assert "one frame is in flight to try it again" in refused.detail
    in_flight.take("probe")
    in_flight.judge(useful=True)
    assert in_flight.admit("next", 0) is None


def test_drain_gives_back_all_that_is_left() -> None:
    in_flight = make(Clock())
    in_flight.admit("a", 1)
    in_flight.admit("b", 2)
    assert [request.frame for request in in_flight.drain()] == [1, 2]
    assert in_flight.drain() == []
    assert in_flight.in_flight == 0


class Robot(RuleBasedStateMachine):
    """A robot's frames through the counters and the in_flight, in any order of events."""

    waiting = Bundle("waiting")  # in the slot of the newest frame, or on its way to be looked at
    asked = Bundle("asked")  # keys of requests that a cloud may answer, some of them too late

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.in_flight = make(self.clock)
        self.counters = FrameCounters()
        self.ended: dict[int, FrameOutcome] = {}
        self.received = 0

    def settle(self, frame: int, outcome: FrameOutcome) -> None:
        self.counters.settle(frame, outcome)
        assert frame not in self.ended
        self.ended[frame] = outcome

    @rule(target=waiting)
    def receive(self) -> int:
        self.received += 1
        return self.counters.receive()

    @rule(
        frame=consumes(waiting),
        outcome=st.sampled_from([FrameOutcome.SUPERSEDED, FrameOutcome.REJECTED]),
    )
    def drop(self, frame: int, outcome: FrameOutcome) -> None:
        self.settle(frame, outcome)

    @rule(frame=consumes(waiting))
    def easy(self, frame: int) -> None:
        self.settle(frame, FrameOutcome.EDGE)

    @rule(target=asked, frame=consumes(waiting), available=st.booleans())
    def hard(self, frame: int, available: bool) -> int:
        refused = self.in_flight.admit(frame, frame, available=available)
        if refused is not None:
            self.settle(frame, FALLBACK[refused.why])
        return frame

    @rule(frame=asked, useful=st.booleans())
    def answer(self, frame: int, useful: bool) -> None:
        request = self.in_flight.take(frame)
        if request is not None:
            self.in_flight.judge(useful=useful)
            self.settle(
                request.frame, FrameOutcome.CLOUD if useful else FrameOutcome.FALLBACK_OFFLINE
            )

    @rule(seconds=st.sampled_from([0.5, 1.0, 3.0, 10.0]))
    def wait(self, seconds: float) -> None:
        self.clock.now += seconds
        for request in self.in_flight.expire():
            self.settle(request.frame, FrameOutcome.FALLBACK_DEADLINE)
        left = self.in_flight.seconds_to_deadline()
        assert left is None or left > 0

    @rule(limit=st.integers(1, 4))
    def change_limit(self, limit: int) -> None:
        self.in_flight.max_in_flight = max(limit, self.in_flight.in_flight)

    @invariant()
    def it_adds_up(self) -> None:
        counts = self.counters.counts()
        assert counts["received"] == self.received
        assert sum(counts[outcome] for outcome in FrameOutcome) == len(self.ended)
        assert counts["pending"] == self.received - len(self.ended)
        assert self.in_flight.in_flight <= min(self.in_flight.max_in_flight, counts["pending"])

    def teardown(self) -> None:
        for request in self.in_flight.drain():
            self.settle(request.frame, FrameOutcome.FALLBACK_OFFLINE)
        assert self.in_flight.in_flight == 0


TestRobot = Robot.TestCase
TestRobot.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
