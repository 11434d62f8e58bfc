import threading

import pytest
from laecips_edge.core.frame.counters import (
    FrameCounterError,
    FrameCounters,
    FrameOutcome,
    RecentMedian,
)


def test_a_frame_ends_once() -> None:
    counters = FrameCounters()
    frame = counters.receive()
    counters.settle(frame, FrameOutcome.CLOUD)
    with pytest.raises(FrameCounterError, match="frame 1 cannot end as edge: it is not open"):
        counters.settle(frame, FrameOutcome.EDGE)
    with pytest.raises(FrameCounterError):
        counters.settle(99, FrameOutcome.EDGE)


def test_counts() -> None:
    counters = FrameCounters()
    for outcome in FrameOutcome:
        counters.settle(counters.receive(), outcome)
    counters.receive()
    counters.want()
    counters.send(payload=1000, audit=False)
    counters.send(payload=500, audit=True)
    counters.get(payload=70)
    assert counters.counts() == {
        "received": 8,
        "edge": 1,
        "cloud": 1,
        "fallback_overload": 1,
        "fallback_deadline": 1,
        "fallback_offline": 1,
        "superseded": 1,
        "rejected": 1,
        "wanted": 1,
        "sent": 2,
        "audit": 1,
        "bytes_up": 1500,
        "bytes_down": 70,
        "pending": 1,
    }
    assert counters.pending == 1


def test_several_threads_lose_nothing() -> None:
    counters = FrameCounters()

    def work() -> None:
        for _ in range(200):
            counters.settle(counters.receive(), FrameOutcome.EDGE)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counts = counters.counts()
    assert (counts["received"], counts["edge"], counts["pending"]) == (800, 800, 0)


@pytest.mark.parametrize(
    ("values", "median"), [([], 0.0), ([5.0], 5.0), ([1.0, 9.0, 2.0], 2.0), ([1, 2, 3, 50, 60], 50)]
)
def test_median_of_the_last_three(values: list[float], median: float) -> None:
    recent = RecentMedian(size=3)
    for value in values:
        recent.add(value)
    assert recent.value == median
