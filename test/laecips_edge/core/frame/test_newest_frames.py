import threading
from collections import Counter
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st
from laecips_edge.core.frame.frame import Frame
from laecips_edge.core.frame.newest_frames import NewestFrames
from laecips_edge.core.image.picture import Picture

PICTURE = Picture(None, compressed=False)
CAMERAS = ("front", "rear", "left", "right")

priorities = st.fixed_dictionaries(
    {name: st.sampled_from([0.5, 1.0, 2.0, 5.0]) for name in CAMERAS}
)
"""What the cameras weigh."""


def frame(number: int, camera: str = "") -> Frame:
    return Frame(
        number=number, stamp_ns=0, frame_id="", picture=PICTURE, received_s=0.0, camera=camera
    )


def numbers(newest: NewestFrames) -> list[tuple[str, int]]:
    """All that waits, in the order of the turns."""
    found = []
    while (taken := newest.take(timeout=0)) is not None:
        found.append((taken.camera, taken.number))
    return found


def test_the_newest_frame_takes_the_place_of_the_one_that_waits() -> None:
    newest = NewestFrames()
    assert newest.put(frame(1)) is None
    superseded = newest.put(frame(2))
    assert superseded is not None
    assert superseded.number == 1
    assert numbers(newest) == [("", 2)]
    assert newest.put(frame(3)) is None


def test_a_camera_supersedes_no_frame_of_another_and_keeps_its_turn() -> None:
    newest = NewestFrames()
    assert newest.put(frame(1, "front")) is None
    assert newest.put(frame(1, "rear")) is None
    superseded = newest.put(frame(2, "front"))
    assert superseded is not None
    assert (superseded.camera, superseded.number) == ("front", 1)
    assert numbers(newest) == [("front", 2), ("rear", 1)]


def test_what_waits_when_it_closes_can_still_be_taken() -> None:
    newest = NewestFrames()
    newest.put(frame(1, "front"))
    newest.put(frame(1, "rear"))
    newest.close()
    assert not newest.finished
    assert newest.take(timeout=30) is not None
    assert not newest.finished
    assert newest.take(timeout=30) is not None
    assert newest.finished
    assert newest.take(timeout=30) is None  # at once: nothing will come


def test_whoever_waits_is_woken_by_a_frame() -> None:
    newest = NewestFrames()
    taken: list[Frame | None] = []
    thread = threading.Thread(target=lambda: taken.append(newest.take(timeout=30)))
    thread.start()
    newest.put(frame(5))
    thread.join()
    assert taken[0] is not None
    assert taken[0].number == 5


def turns(newest: NewestFrames, flooding: list[str], number: int) -> list[str]:
    """The cameras of so many turns while these have always a new frame."""
    taken = []
    for index in range(number):
        for camera in flooding:
            newest.put(frame(index, camera))
        next_one = newest.take(timeout=0)
        assert next_one is not None
        taken.append(next_one.camera)
    return taken


@given(weights=priorities, flooding=st.sets(st.sampled_from(CAMERAS), min_size=1))
def test_under_overload_the_shares_are_those_of_the_priorities(
    weights: dict[str, float], flooding: set[str]
) -> None:
    """A camera that sends nothing has no share, and costs the others nothing."""
    taken = Counter(turns(NewestFrames(weights), sorted(flooding), number=200))
    whole = sum(weights[camera] for camera in flooding)
    for camera in flooding:
        assert taken[camera] == pytest.approx(200 * weights[camera] / whole, abs=len(flooding) + 1)


@given(weights=priorities, before=st.integers(0, 50), camera=st.sampled_from(CAMERAS))
def test_none_starves_and_silence_saves_nothing_up(
    weights: dict[str, float], before: int, camera: str
) -> None:
    """A camera that comes back has its turn soon, and then no more than its share."""
    newest = NewestFrames(weights)
    others = [name for name in CAMERAS if name != camera]
    turns(newest, others, before)
    taken = turns(newest, [*others, camera], number=60)
    whole = sum(weights.values())
    longest = sum(weights[name] / min(weights[camera], weights[name]) + 1 for name in others)
    assert taken.index(camera) <= longest
    share = 60 * weights[camera] / whole
    assert taken.count(camera) <= share + len(CAMERAS)


@given(
    events=st.lists(st.one_of(st.sampled_from(CAMERAS), st.just("take")), max_size=60),
    weights=priorities,
)
def test_every_frame_is_taken_once_or_superseded_and_a_cameras_stay_in_order(
    events: list[str], weights: dict[str, float]
) -> None:
    newest, number = NewestFrames(weights), count()
    sent: list[tuple[str, int]] = []
    superseded: list[tuple[str, int]] = []
    taken: list[tuple[str, int]] = []
    for event in events:
        if event == "take":
            next_one = newest.take(timeout=0)
            taken += [] if next_one is None else [(next_one.camera, next_one.number)]
            continue
        sent.append((event, next(number)))
        older = newest.put(frame(sent[-1][1], event))
        superseded += [] if older is None else [(older.camera, older.number)]
    taken += numbers(newest)
    assert sorted(taken + superseded) == sorted(sent)
    for camera in CAMERAS:
        own = [number for name, number in taken if name == camera]
        assert own == sorted(own)
        assert all(
            max(own, default=-1) > number for name, number in superseded if name == camera
        )  # what superseded them was taken
