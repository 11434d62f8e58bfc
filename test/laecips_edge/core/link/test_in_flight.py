"""Tables for the uplink alone, and a machine of uplink and ledger together: nothing is lost."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule
from laecips_edge.core.frame.counters import Ledger, Outcome
from laecips_edge.core.link.circuit_breaker import CircuitBreaker
from laecips_edge.core.link.in_flight import Refusal, Refused, Uplink

FALLBACK = {
    Refusal.OVERLOAD: Outcome.FALLBACK_OVERLOAD,
    Refusal.OFFLINE: Outcome.FALLBACK_OFFLINE,
}


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def make(clock: Clock) -> Uplink[int]:
    breaker = CircuitBreaker(failures_to_open=2, first_wait_s=1, longest_wait_s=4, clock=clock)
    return Uplink(max_in_flight=2, deadline_s=3, breaker=breaker, clock=clock)


def test_no_more_than_max_in_flight() -> None:
    uplink = make(Clock())
    assert uplink.admit("a", 1) is None
    assert uplink.admit("b", 2) is None
    refused = uplink.admit("c", 3)
    assert refused == Refused(why=Refusal.OVERLOAD, detail="2 requests on their way")
    uplink.max_in_flight = 3
    assert uplink.admit("c", 3) is None


def test_an_answer_takes_its_request_once() -> None:
    uplink = make(Clock())
    uplink.admit("a", 1)
    request = uplink.take("a")
    assert request is not None
    assert request.frame == 1
    assert uplink.take("a") is None
    assert (uplink.in_flight, uplink.late) == (0, 1)


def test_deadlines() -> None:
    clock = Clock()
    uplink = make(clock)
    assert uplink.seconds_to_deadline() is None
    uplink.admit("a", 1)
    clock.now += 1
    uplink.deadline_s = 10
    uplink.admit("b", 2)
    assert uplink.seconds_to_deadline() == 2
    clock.now += 2
    assert [request.frame for request in uplink.expire()] == [1]
    assert uplink.expire() == []
    assert uplink.take("a") is None
    clock.now += 99
    assert uplink.seconds_to_deadline() == 0


@pytest.mark.parametrize(
    ("prepare", "detail"),
    [
        (lambda uplink: uplink.drain(), "the robot is stopping"),
        (
            lambda uplink: [uplink.judge(useful=False) for _ in range(2)],
            "the cloud failed before; next try in 1.0 s",
        ),
    ],
)
def test_offline(prepare: object, detail: str) -> None:
    uplink = make(Clock())
    prepare(uplink)  # type: ignore[operator]
    assert uplink.admit("a", 1) == Refused(why=Refusal.OFFLINE, detail=detail)


def test_no_service_is_offline_and_costs_nothing() -> None:
    uplink = make(Clock())
    refused = uplink.admit("a", 1, available=False)
    assert refused == Refused(why=Refusal.OFFLINE, detail="no cloud offers the service")
    assert uplink.admit("a", 1) is None


def test_one_hard_frame_probes_a_cloud_that_failed() -> None:
    clock = Clock()
    uplink = make(clock)
    for key in "ab":
        uplink.admit(key, 0)
    clock.now += 3
    assert len(uplink.expire()) == 2  # two failures: open
    clock.now += 1
    assert uplink.admit("audit", 0, probe=False) is not None
    assert uplink.reachable
    assert uplink.admit("probe", 0) is None
    refused = uplink.admit("next", 0)
    assert refused is not None
    assert "one frame is on its way to try again" in refused.detail
    uplink.take("probe")
    uplink.judge(useful=True)
    assert uplink.admit("next", 0) is None


def test_drain_gives_back_all_that_is_left() -> None:
    uplink = make(Clock())
    uplink.admit("a", 1)
    uplink.admit("b", 2)
    assert [request.frame for request in uplink.drain()] == [1, 2]
    assert uplink.drain() == []
    assert uplink.in_flight == 0


class Robot(RuleBasedStateMachine):
    """A robot's frames through the ledger and the uplink, in any order of events."""

    waiting = Bundle("waiting")  # in the slot of the newest frame, or on its way to be looked at
    asked = Bundle("asked")  # keys of requests that a cloud may answer, some of them too late

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.uplink = make(self.clock)
        self.ledger = Ledger()
        self.ended: dict[int, Outcome] = {}
        self.received = 0

    def settle(self, frame: int, outcome: Outcome) -> None:
        self.ledger.settle(frame, outcome)
        assert frame not in self.ended
        self.ended[frame] = outcome

    @rule(target=waiting)
    def receive(self) -> int:
        self.received += 1
        return self.ledger.receive()

    @rule(frame=consumes(waiting), outcome=st.sampled_from([Outcome.SUPERSEDED, Outcome.REJECTED]))
    def drop(self, frame: int, outcome: Outcome) -> None:
        self.settle(frame, outcome)

    @rule(frame=consumes(waiting))
    def easy(self, frame: int) -> None:
        self.settle(frame, Outcome.EDGE)

    @rule(target=asked, frame=consumes(waiting), available=st.booleans())
    def hard(self, frame: int, available: bool) -> int:
        refused = self.uplink.admit(frame, frame, available=available)
        if refused is not None:
            self.settle(frame, FALLBACK[refused.why])
        return frame

    @rule(frame=asked, useful=st.booleans())
    def answer(self, frame: int, useful: bool) -> None:
        request = self.uplink.take(frame)
        if request is not None:
            self.uplink.judge(useful=useful)
            self.settle(request.frame, Outcome.CLOUD if useful else Outcome.FALLBACK_OFFLINE)

    @rule(seconds=st.sampled_from([0.5, 1.0, 3.0, 10.0]))
    def wait(self, seconds: float) -> None:
        self.clock.now += seconds
        for request in self.uplink.expire():
            self.settle(request.frame, Outcome.FALLBACK_DEADLINE)
        left = self.uplink.seconds_to_deadline()
        assert left is None or left > 0

    @rule(limit=st.integers(1, 4))
    def change_limit(self, limit: int) -> None:
        self.uplink.max_in_flight = max(limit, self.uplink.in_flight)

    @invariant()
    def it_adds_up(self) -> None:
        counts = self.ledger.counts()
        assert counts["received"] == self.received
        assert sum(counts[outcome] for outcome in Outcome) == len(self.ended)
        assert counts["pending"] == self.received - len(self.ended)
        assert self.uplink.in_flight <= min(self.uplink.max_in_flight, counts["pending"])

    def teardown(self) -> None:
        for request in self.uplink.drain():
            self.settle(request.frame, Outcome.FALLBACK_OFFLINE)
        assert self.uplink.in_flight == 0


TestRobot = Robot.TestCase
TestRobot.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
