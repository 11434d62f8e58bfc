"""Answers in plain words."""

from contextlib import AbstractContextManager, nullcontext

import pytest
from laecips_eval.scoring.answers import EdgeCounters, PublishedAnswer


@pytest.mark.parametrize(
    ("source", "reason", "exception"),
    [
        ("edge", "none", nullcontext()),
        ("cloud", "none", nullcontext()),
        ("edge_fallback", "deadline", nullcontext()),
        ("edge_fallback", "none", pytest.raises(ValueError, match="'none' does not go with")),
        ("cloud", "offline", pytest.raises(ValueError, match="'offline' does not go with")),
        ("moon", "none", pytest.raises(ValueError, match="'moon' is unknown: use one of edge")),
    ],
)
def test_source_and_reason_go_together(
    source: str, reason: str, exception: AbstractContextManager[object]
) -> None:
    with exception:
        PublishedAnswer(
            stamp_ns=1,
            source=source,
            reason=reason,
            trust=0.5,
            delta=0.5,
            hard=True,
            audit=False,
        )


def test_the_newest_counters_are_the_larger_ones() -> None:
    old, new = EdgeCounters(sent=3, bytes_up=10), EdgeCounters(sent=4, superseded=1, bytes_up=10)
    assert old.newest(new) == new.newest(old) == new
