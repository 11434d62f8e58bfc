import threading

import pytest
from laecips_edge.core.frame.counters import Ledger, LedgerError, Outcome, RecentMedian


def test_a_frame_ends_once() -> None:
    ledger = Ledger()
    frame = ledger.receive()
    ledger.settle(frame, Outcome.CLOUD)
    with pytest.raises(LedgerError, match="frame 1 cannot end as edge: it is not open"):
        ledger.settle(frame, Outcome.EDGE)
    with pytest.raises(LedgerError):
        ledger.settle(99, Outcome.EDGE)


def test_counts() -> None:
    ledger = Ledger()
    for outcome in Outcome:
        ledger.settle(ledger.receive(), outcome)
    ledger.receive()
    ledger.want()
    ledger.send(payload=1000, audit=False)
    ledger.send(payload=500, audit=True)
    ledger.get(payload=70)
    assert ledger.counts() == {
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
    assert ledger.pending == 1


def test_several_threads_lose_nothing() -> None:
    ledger = Ledger()

    def work() -> None:
        for _ in range(200):
            ledger.settle(ledger.receive(), Outcome.EDGE)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counts = ledger.counts()
    assert (counts["received"], counts["edge"], counts["pending"]) == (800, 800, 0)


@pytest.mark.parametrize(
    ("values", "median"), [([], 0.0), ([5.0], 5.0), ([1.0, 9.0, 2.0], 2.0), ([1, 2, 3, 50, 60], 50)]
)
def test_median_of_the_last_three(values: list[float], median: float) -> None:
    recent = RecentMedian(size=3)
    for value in values:
        recent.add(value)
    assert recent.value == median
