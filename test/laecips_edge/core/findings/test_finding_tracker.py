"""Which regions of successive frames are the same one."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from laecips_edge.core.findings.finding_tracker import (
    FindingState,
    FindingTracker,
    TrackedRegion,
)
from laecips_edge.core.findings.label_regions import Box, LabelRegion

OPENED, SEEN, CLOSED = FindingState.OPENED, FindingState.SEEN, FindingState.CLOSED
PICTURE = (360, 480)
STEP_NS = 100_000_000


def region(box: Box, label: int = 1) -> LabelRegion:
    width, height = box[2:]
    return LabelRegion(
        label=label, area=width * height, box=box, mask=np.ones((height, width), bool)
    )


def a_tracker(*, confirm: int = 2, looks: int = 3, forget: int = 3) -> FindingTracker:
    return FindingTracker(confirm=confirm, looks=looks, forget=forget)


def look(tracker: FindingTracker, number: int, *boxes: Box) -> list[TrackedRegion]:
    return tracker.look([region(box) for box in boxes], stamp_ns=number * STEP_NS, picture=PICTURE)


def brief(found: list[TrackedRegion]) -> list[tuple[int, FindingState]]:
    return [(it.id, it.state) for it in found]


BOX = (100, 100, 20, 10)


def test_a_region_opens_once_it_is_confirmed_and_closes_once_it_is_forgotten() -> None:
    tracker = a_tracker()
    assert look(tracker, 1, BOX) == []
    (opened,) = look(tracker, 2, BOX)
    assert (opened.id, opened.state, opened.sightings) == (1, OPENED, 2)
    assert (opened.first_seen_ns, opened.last_seen_ns) == (STEP_NS, 2 * STEP_NS)
    assert brief(look(tracker, 3, BOX)) == [(1, SEEN)]
    assert look(tracker, 4) == look(tracker, 5) == []
    (closed,) = look(tracker, 6)
    assert (closed.id, closed.state, closed.last_seen_ns) == (1, CLOSED, 3 * STEP_NS)
    assert look(tracker, 7) == []


def test_a_gap_shorter_than_forget_keeps_the_id() -> None:
    tracker = a_tracker()
    for number in (1, 2, 3):
        look(tracker, number, BOX)
    assert look(tracker, 4) == look(tracker, 5) == []
    assert brief(look(tracker, 6, BOX)) == [(1, SEEN)]


def test_what_comes_back_after_it_was_closed_has_a_new_id() -> None:
    tracker = a_tracker()
    seen = [it for number in (1, 2, 3) for it in look(tracker, number, BOX)]
    for number in range(4, 8):
        look(tracker, number)
    seen += [it for number in (8, 9) for it in look(tracker, number, BOX)]
    assert [it.id for it in seen if it.state is OPENED] == [1, 2]


def test_a_moving_region_keeps_its_id_also_over_frames_that_do_not_show_it() -> None:
    tracker = a_tracker(forget=6)
    moved = {
        number: look(tracker, number, (30 + 15 * number, 100, 12, 12))
        for number in (1, 2, 3, 4, 9, 10)
    }
    for number in (5, 6, 7, 8):
        assert number not in moved
    assert {it.id for found in moved.values() for it in found} == {1}


def test_regions_of_two_classes_are_two_findings() -> None:
    tracker = a_tracker(confirm=1)
    both = [region(BOX, 1), region(BOX, 2)]
    assert brief(tracker.look(both, stamp_ns=0, picture=PICTURE)) == [(1, OPENED), (2, OPENED)]
    again = tracker.look(both[::-1], stamp_ns=1, picture=PICTURE)
    assert [(it.id, it.region.label if it.region else None) for it in again] == [(1, 1), (2, 2)]


def test_a_late_frame_is_compared_with_the_frames_around_it() -> None:
    tracker = a_tracker(confirm=1, looks=5)
    for number in (1, 2, 3, 5, 6):
        look(tracker, number, (100 + 15 * number, 100, 10, 10))
    (late,) = look(tracker, 4, (160, 100, 10, 10))
    assert (late.id, late.state, late.last_seen_ns) == (1, SEEN, 6 * STEP_NS)
    assert brief(look(tracker, 7, (205, 100, 10, 10))) == [(1, SEEN)]


def test_closing_names_every_open_finding_once() -> None:
    tracker = a_tracker()
    look(tracker, 1, BOX, (300, 300, 9, 9))
    look(tracker, 2, BOX, (300, 300, 9, 9))
    assert sorted(brief(tracker.close())) == [(1, CLOSED), (2, CLOSED)]
    assert tracker.close() == []


boxes = st.tuples(st.integers(0, 440), st.integers(0, 330), st.integers(1, 39), st.integers(1, 29))
frames = st.lists(st.lists(st.tuples(boxes, st.integers(0, 1)), max_size=5), max_size=16)


def shown(
    history: list[list[tuple[Box, int]]], *, turned: bool = False
) -> list[list[TrackedRegion]]:
    tracker = FindingTracker(confirm=2, looks=4, forget=3)
    found = []
    for number, frame in enumerate(history):
        regions = [region(box, label) for box, label in (frame[::-1] if turned else frame)]
        found.append(tracker.look(regions, stamp_ns=number * STEP_NS, picture=PICTURE))
    return [*found, tracker.close()]


@settings(max_examples=40)
@given(frames)
def test_each_finding_opens_once_is_seen_closes_once_and_its_id_is_never_used_again(
    history: list[list[tuple[Box, int]]],
) -> None:
    life: dict[int, list[FindingState]] = {}
    for found in shown(history):
        ids = [it.id for it in found]
        assert len(ids) == len(set(ids))
        for it in found:
            life.setdefault(it.id, []).append(it.state)
    for states in life.values():
        assert states == [OPENED, *[SEEN] * (len(states) - 2), CLOSED]


@settings(max_examples=40)
@given(frames)
def test_the_order_of_the_regions_has_no_meaning(history: list[list[tuple[Box, int]]]) -> None:
    def told(found: list[list[TrackedRegion]]) -> list[list[tuple[object, ...]]]:
        return [
            [(it.id, it.state, it.region and (it.region.label, it.region.box)) for it in one]
            for one in found
        ]

    assert told(shown(history)) == told(shown(history, turned=True))


@given(boxes, st.integers(2, 12), st.integers(0, 30))
def test_a_region_that_stays_keeps_one_id_among_flicker(
    still: Box, frames_: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    tracker = FindingTracker(confirm=2, looks=3, forget=3)
    ids = set()
    for number in range(frames_):
        flicker = region((int(rng.integers(0, 400)), int(rng.integers(0, 300)), 5, 5), label=2)
        found = tracker.look([flicker, region(still)], stamp_ns=number * STEP_NS, picture=PICTURE)
        ids |= {it.id for it in found if it.region is not None and it.region.label == 1}
    assert len(ids) == 1


@given(boxes, st.integers(0, 5))
def test_what_one_frame_shows_is_never_reported(box: Box, before: int) -> None:
    tracker = FindingTracker(confirm=2, looks=3, forget=3)
    found = []
    for number in range(before + 10):
        found += look(tracker, number, *([box] if number == before else []))
    assert found == []
