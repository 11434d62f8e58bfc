"""Who shares a run with whom: everybody is answered once, and nobody waits in vain."""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from laecips_cloud.fusion.batching import Batched, Batcher, TooLateError

LONG_S = 3600.0
"""A window that no test sees the end of."""


class Doubler:
    """Twice each item, and what the runs were."""

    def __init__(self, bad: Iterable[int] = ()) -> None:
        self.runs: list[list[int]] = []
        self._bad = set(bad)

    def __call__(self, items: list[int]) -> list[int]:
        self.runs.append(items)
        if found := self._bad.intersection(items):
            raise ValueError(f"bad: {sorted(found)}")
        return [2 * item for item in items]


def outcomes(batcher: Batcher[int, int], items: Sequence[int]) -> list[Batched[int] | Exception]:
    """What each gets, all of them on the way before the first one asks."""
    together = threading.Barrier(len(items))

    def ask_for(item: int) -> Batched[int] | Exception:
        with batcher.coming() as ask:
            together.wait()
            try:
                return ask(item)
            except Exception as error:
                return error

    with ThreadPoolExecutor(len(items)) as pool:
        return list(pool.map(ask_for, items))


@contextmanager
def on_the_way(batcher: Batcher[int, int]):
    """Somebody who is on the way, and never asks."""
    with batcher.coming():
        yield


def until(condition: Callable[[], bool]) -> None:
    """Polls; what never comes is seen by the test's time limit."""
    while not condition():
        time.sleep(0.001)


@given(st.integers(1, 12), st.integers(1, 6))
@settings(deadline=None, max_examples=40)
def test_all_who_are_on_the_way_share_full_runs(callers: int, max_batch: int) -> None:
    double = Doubler()
    found = outcomes(Batcher(double, max_batch=max_batch, window_s=LONG_S), range(callers))
    assert [answer.answer for answer in found] == [2 * item for item in range(callers)]
    full, rest = divmod(callers, max_batch)
    assert [len(run) for run in double.runs] == [max_batch] * full + [rest] * bool(rest)
    assert sorted(item for run in double.runs for item in run) == list(range(callers))
    assert sorted(answer.size for answer in found) == sorted(
        len(run) for run in double.runs for _ in run
    )


@given(st.integers(1, 10), st.sets(st.integers(0, 9)))
@settings(deadline=None, max_examples=40)
def test_a_bad_item_fails_alone(callers: int, bad: set[int]) -> None:
    batcher = Batcher(Doubler(bad), max_batch=10, window_s=LONG_S)
    for item, found in enumerate(outcomes(batcher, range(callers))):
        if item in bad:
            assert str(found) == f"bad: [{item}]"
        else:
            assert found.answer == 2 * item


def test_what_is_too_much_at_once_is_tried_with_less() -> None:
    def at_most_two(items: list[int]) -> list[int]:
        if len(items) > 2:
            raise RuntimeError("out of memory")
        return items

    found = outcomes(Batcher(at_most_two, max_batch=8, window_s=LONG_S), range(8))
    assert [(answer.answer, answer.size) for answer in found] == [(n, 2) for n in range(8)]


def test_one_alone_does_not_wait() -> None:
    batcher = Batcher(Doubler(), max_batch=8, window_s=LONG_S)
    for item in range(3):
        with batcher.coming() as ask:
            answer = ask(item)
        assert (answer.answer, answer.size) == (2 * item, 1)


def test_who_turns_back_is_not_waited_for() -> None:
    batcher = Batcher(Doubler(), max_batch=8, window_s=LONG_S)
    with ThreadPoolExecutor(1) as pool, batcher.coming() as ask:
        with on_the_way(batcher):
            asked: Future[Batched[int]] = pool.submit(ask, 4)
            until(lambda: bool(batcher._waiting))
            assert not asked.done()
        assert asked.result().answer == 8


def test_the_window_ends() -> None:
    batcher = Batcher(Doubler(), max_batch=8, window_s=0.01)
    with on_the_way(batcher), batcher.coming() as ask:
        assert ask(4).waited_s >= 0.01


def test_the_next_batch_gathers_while_one_runs() -> None:
    runs: list[list[int]] = []
    gone_on = threading.Event()

    def run(items: list[int]) -> list[int]:
        runs.append(items)
        gone_on.wait()
        return items

    batcher = Batcher(run, max_batch=8)
    with ThreadPoolExecutor(6) as pool:

        def send(item: int) -> Future[Batched[int]]:
            def ask() -> Batched[int]:
                with batcher.coming() as ask:
                    return ask(item)

            return pool.submit(ask)

        first = send(0)
        until(lambda: bool(runs))
        others = []
        for item in range(1, 6):
            others.append(send(item))
            until(lambda: len(batcher._waiting) == len(others))
        assert not first.done()
        gone_on.set()
        assert [other.result().answer for other in (first, *others)] == [0, 1, 2, 3, 4, 5]
    assert runs == [[0], [1, 2, 3, 4, 5]]


class Clock:
    """Stands still but for who moves it on."""

    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_who_comes_too_late_costs_no_run() -> None:
    double = Doubler()
    batcher = Batcher(double, max_batch=2, clock=Clock())
    with batcher.coming() as ask, pytest.raises(TooLateError, match=r"1\.50 s after its deadline"):
        ask(1, deadline_s=98.5)
    assert double.runs == []
    with batcher.coming() as ask:
        assert ask(2, deadline_s=100.0).answer == 4


def test_a_deadline_that_the_run_would_miss_ends_the_window() -> None:
    clock = Clock()

    def slow(items: list[int]) -> list[int]:
        clock.now_s += 5
        return items

    batcher = Batcher(slow, max_batch=8, window_s=LONG_S, clock=clock)
    with batcher.coming() as ask:
        assert ask(1) == (1, 1, 0.0, 5.0)
    with on_the_way(batcher), batcher.coming() as ask:
        assert ask(2, deadline_s=clock.now_s + 4) == (2, 1, 0.0, 5.0)


def test_an_end_of_the_process_is_everybodys_at_once() -> None:
    runs: list[list[int]] = []

    def interrupted(items: list[int]) -> list[int]:
        runs.append(items)
        raise SystemExit(1)

    batcher = Batcher(interrupted, max_batch=3, window_s=LONG_S)
    together = threading.Barrier(3)

    def ask_for(item: int) -> None:
        with batcher.coming() as ask:
            together.wait()
            with pytest.raises(SystemExit):
                ask(item)

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(ask_for, range(3))) == [None] * 3
    assert len(runs) == 1


def test_a_run_that_forgets_somebody_is_not_believed() -> None:
    batcher = Batcher(lambda items: items[1:], max_batch=2)
    with batcher.coming() as ask, pytest.raises(ValueError, match="0 answers to 1 items"):
        ask(1)


@pytest.mark.parametrize(("max_batch", "window_s"), [(0, 0.0), (1, -0.1), (1, float("inf"))])
def test_bounds_that_cannot_be(max_batch: int, window_s: float) -> None:
    with pytest.raises(ValueError, match="batches: max_batch is"):
        Batcher(Doubler(), max_batch=max_batch, window_s=window_s)
