"""Counters of requests and their outcomes, which only rise."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import fields
from typing import Final

from laecips_edge.core.frame.counters import RecentMedian
from laecips_edge.core.frame.health.recent_counts import RecentCounts
from laecips_edge.core.link.hard_frame import AnswerStatus, HardFrameAnswer, StageTimes

_RECENT: Final = 100

ALL_REFUSED: Final = 3
"""Refusals in a row that are enough to say that every request is refused."""

UNKEPT: Final = "answers go on, but their frames are not kept and teach nothing"
"""What a replay buffer that takes no frame means."""


class CloudCounters:
    """The counters of CloudStatus, and medians of the stages' recent times. For several threads.

    Attributes:
        trouble: why the last valid request could not be answered or kept; empty if it was.
        refusal: why the last refused request was refused; empty if none was.
    """

    def __init__(self) -> None:
        self.trouble = ""
        self.refusal = ""
        self._counts = dict.fromkeys(("requests", "answered", "repeated", "refused", "unkept"), 0)
        self._refused_in_a_row = 0
        self._lately = RecentCounts()
        self._times = {stage.name: RecentMedian() for stage in fields(StageTimes)}
        self._batches: deque[int] = deque(maxlen=_RECENT)
        self._lock = threading.Lock()

    def count(self, answer: HardFrameAnswer) -> None:
        """Count one request by its answer; a repeated answer adds no stage times."""
        with self._lock:
            self._count(answer)

    def _count(self, answer: HardFrameAnswer) -> None:
        self._counts["requests"] += 1
        if answer.status != AnswerStatus.OK:
            self._counts["refused"] += 1
            self._refused_in_a_row += 1
            self.refusal = answer.message
        else:
            self._counts["answered"] += 1
            self._refused_in_a_row = 0
            self._counts["unkept"] += bool(answer.unkept)
            self._counts["repeated"] += answer.repeated
        if answer.status == AnswerStatus.UNAVAILABLE:
            self.trouble = answer.message
        elif answer.status == AnswerStatus.OK:
            self.trouble = answer.unkept and f"{answer.unkept}; {UNKEPT}"
            if not answer.repeated:
                for stage, median in self._times.items():
                    median.add(getattr(answer.times, stage))
                self._batches.append(answer.batch)

    def refused_share(self) -> float:
        """Return the share of the recent requests that were refused; call it once a second.

        A robot whose requests fail asks ever more seldom: where they are too few for a share, the
        last ones in a row count.
        """
        with self._lock:
            counts, in_a_row = dict(self._counts), self._refused_in_a_row
        self._lately.add(counts)
        share = self._lately.share(counts, "refused", of="requests")
        return share or float(in_a_row >= ALL_REFUSED)

    def fields(self) -> dict[str, int | float]:
        """Return the fields of CloudStatus that are counted here, by name."""
        with self._lock:
            medians = {f"{stage}_ms": median.value for stage, median in self._times.items()}
            batch = sum(self._batches) / max(1, len(self._batches))
            return self._counts | medians | {"batch": batch}
