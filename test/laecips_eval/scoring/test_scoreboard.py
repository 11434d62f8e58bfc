"""The bookkeeping of a replay, whatever order the news comes in."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laecips_eval.scoring.answers import FALLBACK_REASONS, EdgeCounters, PublishedAnswer
from laecips_eval.scoring.scoreboard import Scoreboard

TRUTH = np.array([[0, 0], [1, 1]], np.uint8)
WRONG = np.zeros((2, 2), np.uint8)


@dataclass(frozen=True)
class Stretch:
    name: str
    start: int
    stop: int


def answer(stamp_ns: int, source: str = "edge", **fields: Any) -> PublishedAnswer:
    fields = {"trust": 0.75, "delta": 0.5, "hard": source != "edge", "audit": False} | fields
    if source == "edge_fallback":
        fields.setdefault("reason", "overload")
    return PublishedAnswer(stamp_ns=stamp_ns, source=source, **fields)


ANSWERS = st.builds(
    lambda stamp, source, reason, up: answer(
        stamp,
        source,
        reason=reason if source == "edge_fallback" else "none",
        bytes_up=up,
    ),
    st.integers(0, 9),
    st.sampled_from(["edge", "cloud", "edge_fallback"]),
    st.sampled_from(FALLBACK_REASONS),
    st.integers(0, 1000),
)
NEWS = st.lists(
    st.one_of(
        st.tuples(st.just("played"), st.integers(0, 9)),
        st.tuples(st.just("answer"), ANSWERS),
        st.tuples(st.just("map"), st.integers(0, 9)),
        st.tuples(st.just("counters"), st.integers(0, 20)),
    ),
    max_size=40,
)


@given(news=NEWS)
def test_every_frame_ends_in_exactly_one_place(news: list[tuple[str, Any]]) -> None:
    board = Scoreboard(classes=("a", "b"))
    for kind, what in news:
        if kind == "played":
            board.add_played(what, index=what, monotonic_ns=0)
        elif kind == "answer":
            board.add_answer(what, received_ns=1)
        elif kind == "map":
            board.add_label_map(what, WRONG, TRUTH, received_ns=2)
        else:
            board.add_counters(EdgeCounters(superseded=what, rejected=what // 2))
    measured = board.measured()
    assert measured.frames == measured.answered.total + measured.dropped.total
    assert measured.fallback.total == measured.answered.edge_fallback
    assert min(count for _, count in measured.dropped) >= 0
    assert measured.frames == len(board.rows())


def test_a_run() -> None:
    board = Scoreboard(classes=("a", "b"), total=5)
    for index in range(5):
        board.add_played(100 + index, index=index, monotonic_ns=index * 10_000_000)
    board.add_answer(answer(100), received_ns=5_000_000)
    board.add_label_map(100, TRUTH, TRUTH, received_ns=4_000_000)
    board.add_label_map_now(100, TRUTH, TRUTH)
    board.add_answer(answer(101, "cloud", bytes_up=900, bytes_down=90), received_ns=0)
    board.add_label_map(101, TRUTH, TRUTH, received_ns=110_000_000)
    board.add_label_map_now(101, WRONG, TRUTH)
    board.add_answer(answer(102, "edge_fallback", reason="offline"), received_ns=26_000_000)
    board.add_counters(EdgeCounters(superseded=1, wanted=2, sent=2, bytes_up=1800, bytes_down=90))
    measured = board.measured()
    assert dict(measured.answered) == {"edge": 1, "cloud": 1, "edge_fallback": 1}
    assert dict(measured.fallback) == {"overload": 0, "deadline": 0, "offline": 1}
    assert dict(measured.dropped) == {"superseded": 1, "transport": 1, "rejected": 0}
    assert (measured.wanted, measured.sent, measured.cur) == (2, 2, 0.4)
    assert dict(measured.bytes) == {"up": 1800, "down": 90, "model": 0, "span_s": 4e-9}
    # The label map's receipt counts; the fallback's never came, so its answer's does.
    assert measured.latency_ms.edge.p50 == pytest.approx(4.0)
    assert measured.latency_ms.cloud.p50 == pytest.approx(100.0)
    assert measured.latency_ms.all.p50 == pytest.approx(6.0)
    assert measured.miou.published.dataset == 1.0
    assert measured.miou.edge_only.frame_mean == pytest.approx((1 + 0.25) / 2)


def test_pictures_that_cannot_be_read_are_not_lost() -> None:
    board = Scoreboard()
    for index in range(5):
        board.add_played(100 + index, index=index, monotonic_ns=0)
    assert board.stamps_of_rejected() == []
    board.add_answer(answer(100), received_ns=5_000_000)
    board.add_counters(EdgeCounters(rejected=3))
    assert board.stamps_of_rejected() == [101, 102, 103, 104]
    for reason in ("", "truncated", "damaged"):
        board.add_rejection(reason)
    measured = board.measured()
    assert dict(measured.dropped) == {"superseded": 0, "transport": 1, "rejected": 3}
    assert measured.rejection == "truncated"
    figures = board.figures(now_ns=10_000_000_000)
    assert (figures.rejected, figures.lost) == (3, 1)


def test_without_anything_there_are_no_numbers() -> None:
    measured = Scoreboard().measured()
    assert measured.frames == 0
    assert measured.cur == 0.0
    assert dict(measured.latency_ms.all) == {"p50": None, "p95": None, "p99": None}
    nothing = {"frame_mean": None, "dataset": None, "per_class": {}, "recall": {}}
    assert [part.model_dump() for _, part in measured.miou] == [nothing] * 3
    assert (measured.segments, measured.over_last) == ([], [])


def test_answers_that_are_newer_than_the_last_counters_count() -> None:
    board = Scoreboard()
    board.add_counters(EdgeCounters(sent=1, bytes_up=10))
    for stamp in (1, 2):
        board.add_answer(answer(stamp, "cloud", bytes_up=10))
    assert board.measured().sent == 2
    assert board.measured().bytes.up == 20


def test_segments_do_not_depend_on_the_order_of_the_news() -> None:
    segments = [Stretch("start", 0, 1), Stretch("dust", 1, 3)]
    board = Scoreboard(classes=("a", "b"), segments=segments)
    board.add_label_map(11, WRONG, TRUTH)  # before anybody said that it was played
    board.add_played(10, index=0)
    board.add_played(11, index=1)
    board.add_label_map(10, TRUTH, TRUTH)
    board.add_answer(answer(11, "cloud"))
    start, dust = board.measured().segments
    assert (start.name, start.frames, start.answered, start.wanted) == (
        "start",
        1,
        0,
        0,
    )
    assert (dust.name, dust.frames, dust.answered, dust.wanted) == ("dust", 1, 1, 1)
    assert (start.published, start.edge_only, start.edge_untrained) == (1.0, None, None)
    assert dust.published == pytest.approx(0.25)


def test_the_share_of_a_segment_that_went_up_has_the_audits() -> None:
    board = Scoreboard(segments=[Stretch("all", 0, 4)])
    for index in range(4):
        board.add_played(index, index=index)
    board.add_answer(answer(0, "cloud", bytes_up=10))
    board.add_answer(answer(1, audit=True))  # goes up after its answer
    board.add_answer(answer(2, "edge_fallback"))  # never sent
    (segment,) = board.measured().segments
    assert (segment.wanted, segment.sent, segment.cur) == (2, 2, 0.5)


def test_the_last_segments_together_are_one_matrix() -> None:
    segments = [Stretch("start", 0, 1), Stretch("dust", 1, 2)]
    board = Scoreboard(classes=("a", "b"), segments=segments)
    for index, label_map in enumerate((TRUTH, WRONG)):
        board.add_played(index, index=index)
        board.add_label_map(index, label_map, TRUTH)
    last, both = board.measured().over_last
    assert (last.segments, last.frames, last.published) == (1, 1, 0.25)
    assert (both.segments, both.frames) == (2, 2)
    assert both.published == pytest.approx((4 / 6 + 2 / 4) / 2)
    assert both.edge_only is None


def test_the_first_answer_counts() -> None:
    board = Scoreboard()
    board.add_answer(answer(1, "cloud"))
    board.add_answer(answer(1, "edge_fallback"))
    assert dict(board.measured().answered) == {"edge": 0, "cloud": 1, "edge_fallback": 0}


def test_rows_are_in_the_order_of_the_bag() -> None:
    board = Scoreboard()
    board.add_played(5, index=1, monotonic_ns=0)
    board.add_played(9, index=0, monotonic_ns=0)
    board.add_answer(answer(5, trust=0.25), received_ns=1_000_000)
    board.add_label_map_now(9, TRUTH)
    first, second = board.rows()
    assert (first.stamp_ns, first.source, first.iou_now) == (9, None, None)
    assert first.checksum_now is not None
    assert (second.source, second.trust, second.latency_ms) == ("edge", 0.25, 1.0)


def test_running_figures_tell_lost_from_on_its_way() -> None:
    board = Scoreboard(total=100)
    for index in range(4):
        board.add_played(index, index=index, monotonic_ns=index * 10**9)
    board.add_answer(answer(0), received_ns=20_000_000)
    board.add_counters(EdgeCounters(superseded=1))
    figures = board.figures(now_ns=6 * 10**9 + 1, patience_s=3.0)
    # 1, 2 and 3 wait for more than 3 s, one of them was superseded.
    assert (figures.played, figures.total, figures.superseded, figures.lost) == (4, 100, 1, 2)
    assert figures.edge_ms == pytest.approx((20.0, 20.0))
    assert figures.cloud_ms is None
    assert board.figures(now_ns=10**9).lost == 0
