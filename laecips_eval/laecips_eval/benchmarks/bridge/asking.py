"""The calls of a plan, and a model that is fetched meanwhile."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from typing import Final

from laecips_eval.benchmarks.bridge.plans import GIVE_UP_S, Outcome, Plan

_RETRY_S: Final = 0.02


class Asking:
    """Carries out a plan, with a thread for each call in flight.

    Args:
        plan: the plan.
        ask: makes one call; returns whether it was answered.
        fetch: fetches one piece of a model; returns its bytes, 0 if none came.
    """

    def __init__(self, plan: Plan, ask: Callable[[], bool], fetch: Callable[[], int]) -> None:
        self._plan, self._ask, self._fetch = plan, ask, fetch
        self._left = threading.Semaphore(plan.calls)
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._end_s = math.inf
        self._latencies: list[float] = []
        self._lost = 0
        self._transferred = 0

    def run(self) -> Outcome:
        """Carry the plan out; a call or a piece before finds the way and does not count."""
        plan = self._plan
        if plan.frame_bytes:
            self._ask()
        elif plan.transfer:
            self._find_model()
        began_s = time.monotonic()
        self._end_s = began_s + (plan.seconds or math.inf)
        fetcher = threading.Thread(target=self._fetch_on)
        fetcher.start()
        askers = [threading.Thread(target=self._ask_on) for _ in range(plan.at_once)]
        for asker in askers:
            asker.start()
        for asker in askers:
            asker.join()
        if not plan.calls:
            time.sleep(plan.seconds)
        took_s = time.monotonic() - began_s
        transferred = self._transferred
        self._over.set()
        fetcher.join()
        return Outcome(
            latencies_s=self._latencies, lost=self._lost, seconds=took_s, transferred=transferred
        )

    def _find_model(self) -> None:
        give_up_s = time.monotonic() + GIVE_UP_S
        while not self._fetch() and time.monotonic() < give_up_s:
            time.sleep(_RETRY_S)

    def _fetch_on(self) -> None:
        while self._plan.transfer and not self._over.is_set():
            came = self._fetch()
            self._transferred += came
            if not came:
                time.sleep(_RETRY_S)

    def _ask_on(self) -> None:
        while time.monotonic() < self._end_s and self._left.acquire(blocking=False):
            time.sleep(self._plan.idle_s)
            began_s = time.monotonic()
            answered = self._ask()
            took_s = time.monotonic() - began_s
            with self._lock:
                if answered:
                    self._latencies.append(took_s)
                else:
                    self._lost += 1
