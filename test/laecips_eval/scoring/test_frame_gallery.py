"""Hard frames are chosen by lot, in whatever order their messages arrive."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laecips_eval.scoring.answers import PublishedAnswer
from laecips_eval.scoring.frame_gallery import ChosenFrame, Gallery

FRAMES = 12


@dataclass(frozen=True)
class Stretch:
    name: str
    start: int
    stop: int


SEGMENTS = (Stretch("start", 0, 6), Stretch("dust", 6, FRAMES))


def label_map(stamp: int, *, published: bool) -> np.ndarray:
    return np.full((2, 2), 2 * stamp + published, np.uint8)


def answer(stamp: int, *, hard: bool) -> PublishedAnswer:
    return PublishedAnswer(
        stamp_ns=stamp,
        source="cloud" if hard else "edge",
        trust=0.25,
        delta=0.5,
        hard=hard,
        audit=False,
    )


def news(gallery: Gallery, *, frames: int = FRAMES) -> list[Callable[[], None]]:
    """Every third frame is easy."""
    told: list[Callable[[], None]] = []
    for s in range(frames):
        told += [
            lambda s=s: gallery.add_played(s, index=s),
            lambda s=s: gallery.add_answer(answer(s, hard=s % 3 > 0)),
            lambda s=s: gallery.add_label_map_now(s, label_map(s, published=False)),
            lambda s=s: gallery.add_label_map(s, label_map(s, published=True)),
        ]
    return told


def facts(frames: list[ChosenFrame]) -> list[tuple[object, ...]]:
    return [(f.index, f.stamp_ns, f.segment, f.now.tolist(), f.published.tolist()) for f in frames]


@given(order=st.permutations(range(4 * FRAMES)), seed=st.integers(0, 5))
def test_the_order_of_the_news_changes_nothing(order: list[int], seed: int) -> None:
    in_turn, shuffled = (
        Gallery(segments=SEGMENTS, most_per_segment=2, seed=seed) for _ in range(2)
    )
    for tell in news(in_turn):
        tell()
    told = news(shuffled)
    for place in order:
        told[place]()
    chosen = facts(in_turn.chosen())
    assert facts(shuffled.chosen()) == chosen
    assert [segment for _, _, segment, _, _ in chosen] == ["start"] * 2 + ["dust"] * 2
    assert all(
        index % 3 > 0 and now == [[2 * index] * 2] * 2 and published == [[2 * index + 1] * 2] * 2
        for index, _, _, now, published in chosen
    )


def test_the_seed_draws_the_lots() -> None:
    drawn = set()
    for seed in range(20):
        gallery = Gallery(most_per_segment=1, seed=seed)
        for tell in news(gallery):
            tell()
        (frame,) = gallery.chosen()
        assert frame.segment == ""
        drawn.add(frame.index)
    assert len(drawn) > 3


def test_the_lot_does_not_see_what_was_answered() -> None:
    plain, other = Gallery(segments=SEGMENTS), Gallery(segments=SEGMENTS)
    for tell in news(plain):
        tell()
    for s in range(FRAMES):
        other.add_played(s, index=s)
        other.add_answer(answer(s, hard=s % 3 > 0))
        other.add_label_map_now(s, np.zeros((2, 2), np.uint8))
        other.add_label_map(s, np.zeros((2, 2), np.uint8))
    assert [f.index for f in other.chosen()] == [f.index for f in plain.chosen()]


def test_frames_that_stay_incomplete_are_forgotten() -> None:
    gallery = Gallery(most_per_segment=1000)
    for s in range(500):
        gallery.add_label_map_now(s, label_map(s % 100, published=False))
    for s in reversed(range(500)):
        gallery.add_played(s, index=s)
        gallery.add_answer(answer(s, hard=True))
        gallery.add_label_map(s, label_map(s % 100, published=True))
    # Only the newest were still waiting for the rest.
    assert [frame.index for frame in gallery.chosen()] == list(range(500 - 32, 500))


@pytest.mark.parametrize("most", [0, 1, 3])
def test_no_more_than_that_many_are_kept(most: int) -> None:
    gallery = Gallery(segments=SEGMENTS, most_per_segment=most)
    for tell in news(gallery):
        tell()
    assert len(gallery.chosen()) == 2 * most


def test_a_chosen_frame_takes_its_picture() -> None:
    gallery = Gallery(segments=SEGMENTS, most_per_segment=1)
    for tell in news(gallery):
        tell()
    chosen = gallery.chosen()[0]
    rgb = np.zeros((2, 2, 3), np.uint8)
    frame = chosen.with_picture(rgb, None)
    assert (frame.index, frame.segment, frame.trust, frame.delta) == (
        chosen.index,
        "start",
        0.25,
        0.5,
    )
    assert frame.rgb is rgb
    assert frame.truth is None
