import threading

from laecips_eval.benchmarks.bridge.asking import Asking
from laecips_eval.benchmarks.bridge.plans import Plan


def nothing() -> int:
    raise AssertionError("no piece was to be fetched")


def test_every_call_counts_but_the_first() -> None:
    answers = iter([True, True, False, True])
    outcome = Asking(Plan(frame_bytes=1, calls=3), lambda: next(answers), nothing).run()
    assert (len(outcome.latencies_s), outcome.lost, outcome.transferred) == (2, 1, 0)
    assert next(answers, None) is None


def test_calls_are_in_flight_together() -> None:
    meet = threading.Barrier(4, timeout=60)
    first = threading.Event()

    def ask() -> bool:
        if first.is_set():  # the call that finds the way is alone
            meet.wait()
        first.set()
        return True

    outcome = Asking(Plan(frame_bytes=1, calls=8, at_once=4), ask, nothing).run()
    assert len(outcome.latencies_s) == 8


def test_a_model_is_fetched_until_the_calls_are_over() -> None:
    fetched = threading.Semaphore(0)

    def fetch() -> int:
        fetched.release()
        return 10

    def ask() -> bool:
        return fetched.acquire(timeout=60)

    plan = Plan(frame_bytes=0, calls=5, transfer=True)
    outcome = Asking(plan, ask, fetch).run()
    assert (len(outcome.latencies_s), outcome.lost) == (5, 0)
    assert outcome.transferred >= 40


def test_a_transfer_alone_takes_its_time_from_its_first_piece_on() -> None:
    pieces = iter([0, 0, 7, 10, 0, 10])
    outcome = Asking(Plan(transfer=True, seconds=0.2), bool, lambda: next(pieces, 0)).run()
    assert outcome.transferred == 20
    assert outcome.latencies_s == []
