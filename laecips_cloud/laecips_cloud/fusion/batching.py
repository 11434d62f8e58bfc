"""Batching: requests of several threads at about the same time are answered by one run.

A caller waits for others only while another caller is known to be coming, and at most for a time
window; a lone caller never waits. While a batch runs, the next one gathers.
"""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

In = TypeVar("In")
Out = TypeVar("Out")


class TooLateError(Exception):
    """The deadline had passed before the item's run began; nothing was run."""


class Batched(NamedTuple, Generic[Out]):
    """One caller's answer.

    Attributes:
        answer: result of the run for the caller's item.
        size: number of items in the run.
        waited_s: seconds from the request to the start of the run.
        ran_s: seconds from the start of the run to the answer.
    """

    answer: Out
    size: int
    waited_s: float
    ran_s: float


@dataclass(eq=False)
class _Asked(Generic[In, Out]):
    """One item; `outcome` is None until its run ends; an exception is raised to the caller."""

    item: In
    asked_s: float
    deadline_s: float
    outcome: Batched[Out] | BaseException | None = None


class Batcher(Generic[In, Out]):
    """Gathers the items of several threads and runs them together, one batch at a time.

    It has no thread of its own: one of the waiting threads runs the batch for all. Batches keep the
    order of the requests. If a run of several items fails, each half is run again on its own, and
    so on: an item's error is raised to its caller alone, and a batch too large for the memory is
    tried again with fewer items.

    Example:
        batcher = Batcher(lambda items: [2 * item for item in items], max_batch=8, window_s=0.01)
        with batcher.coming() as ask:  # from here on, others wait for this caller
            item = prepare()
            answer = ask(item).answer
    """

    def __init__(
        self,
        run: Callable[[list[In]], Sequence[Out]],
        *,
        max_batch: int,
        window_s: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Set the bounds.

        Args:
            run: returns one answer for each item, in their order; called by one thread at a time.
            max_batch: largest number of items in a run, at least 1.
            window_s: longest wait of a batch's first item for others, at least 0, seconds.
            clock: monotonic seconds.

        Raises:
            ValueError: a bound is out of range.
        """
        if max_batch < 1 or not 0 <= window_s < math.inf:
            raise ValueError(
                f"batches: max_batch is {max_batch} and window_s {window_s}; "
                "they must be at least 1 and at least 0"
            )
        self._run = run
        self._max_batch = max_batch
        self._window_s = window_s
        self._clock = clock
        self._changed = threading.Condition()
        self._coming = 0
        self._waiting: deque[_Asked[In, Out]] = deque()
        self._busy = False  # a thread gathers or runs a batch
        self._last_run_s = 0.0

    @contextmanager
    def coming(self) -> Iterator[Callable[..., Batched[Out]]]:
        """Announce that the caller is coming, and yield the function to ask with.

        That function takes the item and `deadline_s`, the time on the clock after which an answer
        is useless (default: infinity). Call it at most once. It raises TooLateError, or the
        exception of the run.
        """
        on_the_way = True

        def arrive() -> None:
            nonlocal on_the_way
            self._coming -= on_the_way
            on_the_way = False
            self._changed.notify_all()

        def ask(item: In, *, deadline_s: float = math.inf) -> Batched[Out]:
            asked = _Asked[In, Out](item, self._clock(), deadline_s)
            with self._changed:
                self._waiting.append(asked)
                arrive()
            return self._answer(asked)

        with self._changed:
            self._coming += 1
        try:
            yield ask
        finally:
            with self._changed:
                arrive()

    def _answer(self, asked: _Asked[In, Out]) -> Batched[Out]:
        """Wait for the outcome, or run batches until there is one."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: asked.outcome is not None or not self._busy)
                if asked.outcome is not None:
                    break
                self._busy = True
                batch = self._gather()
            self._work(batch)
        if isinstance(asked.outcome, BaseException):
            raise asked.outcome
        return asked.outcome

    def _gather(self) -> list[_Asked[In, Out]]:
        """Return the next batch when its window ends; the lock is held, but released in waits."""
        self._drop_late()
        while self._waiting and self._coming and len(self._waiting) < self._max_batch:
            left_s = self._window_ends_s() - self._clock()
            if left_s <= 0:
                break
            self._changed.wait(left_s)
        size = min(len(self._waiting), self._max_batch)
        return [self._waiting.popleft() for _ in range(size)]

    def _drop_late(self) -> None:
        now_s = self._clock()
        for asked in self._waiting:
            if asked.deadline_s < now_s:
                late_s = now_s - asked.deadline_s
                asked.outcome = TooLateError(f"its turn came {late_s:.2f} s after its deadline")
        self._waiting = deque(asked for asked in self._waiting if asked.outcome is None)
        self._changed.notify_all()  # late callers need not wait for the run

    def _window_ends_s(self) -> float:
        """Return when the window ends, or earlier if a run like the last would miss a deadline."""
        urgent_s = min(asked.deadline_s for asked in self._waiting) - self._last_run_s
        return min(self._waiting[0].asked_s + self._window_s, urgent_s)

    def _work(self, batch: list[_Asked[In, Out]]) -> None:
        """Give each item of a batch its outcome, and let the next batch begin."""
        started_s = self._clock()
        outcomes = self._in_halves([asked.item for asked in batch]) if batch else []
        ran_s = self._clock() - started_s
        with self._changed:
            for asked, (outcome, size) in zip(batch, outcomes, strict=True):
                asked.outcome = (
                    outcome
                    if isinstance(outcome, BaseException)
                    else Batched(outcome, size, started_s - asked.asked_s, ran_s)
                )
            if batch:
                self._last_run_s = ran_s
            self._busy = False
            self._changed.notify_all()

    def _in_halves(self, items: list[In]) -> list[tuple[Out | BaseException, int]]:
        """Return answers or exceptions, each with the size of the run that it came from."""
        size = len(items)
        try:
            answers = self._run(items)
            if len(answers) != size:
                raise ValueError(f"{len(answers)} answers to {size} items")
            return [(answer, size) for answer in answers]
        except BaseException as error:
            if size == 1 or not isinstance(error, Exception):
                return [(error, size) for _ in items]
        return self._in_halves(items[: size // 2]) + self._in_halves(items[size // 2 :])
