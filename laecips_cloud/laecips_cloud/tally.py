"""Counts what became of the requests. Counters only rise."""

from __future__ import annotations

from dataclasses import fields

from laecips_edge.core.ledger import RecentMedian

from laecips_cloud.hard_frame import Answer, StageTimes, Status


class Tally:
    """The counters of CloudStatus, and medians of the stages' recent times.

    Attributes:
        trouble: why the last request could not be served although nothing was wrong with it.
    """

    def __init__(self) -> None:
        self.trouble = ""
        self._counts = dict.fromkeys(("requests", "answered", "repeated", "refused"), 0)
        self._times = {stage.name: RecentMedian() for stage in fields(StageTimes)}

    def count(self, answer: Answer) -> None:
        """Counts one request by its answer; a repeated answer says nothing of the stages."""
        self._counts["requests"] += 1
        if answer.status != Status.OK:
            self._counts["refused"] += 1
        else:
            self._counts["answered"] += 1
            self._counts["repeated"] += answer.repeated
        if answer.status == Status.UNAVAILABLE:
            self.trouble = answer.message
        elif answer.status == Status.OK:
            self.trouble = ""
            if not answer.repeated:
                for stage, median in self._times.items():
                    median.add(getattr(answer.times, stage))

    def fields(self) -> dict[str, int | float]:
        """The fields of CloudStatus that are counted here."""
        medians = {f"{stage}_ms": median.value for stage, median in self._times.items()}
        return self._counts | medians
