"""When the trainer trains."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from laecips_cloud.trainer.triggers import BUFFER, INTERVAL, Triggers

TRIGGERS = Triggers(max_buffer=100, max_interval_s=600.0, min_frames=30)


@pytest.mark.parametrize(
    ("new", "since_s", "due"),
    [
        (0, 1e9, ""),
        (29, 1e9, ""),
        (30, 599.9, ""),
        (30, 600.0, INTERVAL),
        (99, 0.0, ""),
        (100, 0.0, BUFFER),
        (5000, 1e9, BUFFER),
    ],
)
def test_due(new: int, since_s: float, due: str) -> None:
    assert TRIGGERS.due(new=new, since_s=since_s) == due


CALM = replace(TRIGGERS, calm_buffer=250)


@pytest.mark.parametrize(
    ("new", "since_s", "calm", "due", "asked"),
    [
        (99, 0.0, True, "", False),
        (100, 0.0, True, "", True),
        (100, 0.0, False, BUFFER, True),
        (30, 600.0, True, "", True),
        (30, 600.0, False, INTERVAL, True),
        (249, 1e9, True, "", True),
        (250, 0.0, True, BUFFER, False),
    ],
)
def test_a_calm_scene_waits_for_more_frames(
    new: int, since_s: float, calm: bool, due: str, asked: bool
) -> None:
    questions: list[None] = []

    def is_calm() -> bool:
        questions.append(None)
        return calm

    assert CALM.due(new=new, since_s=since_s, is_calm=is_calm) == due
    assert bool(questions) == asked
    assert TRIGGERS.due(new=new, since_s=since_s, is_calm=is_calm) in (BUFFER, INTERVAL, "")


@given(st.integers(0, 300), st.floats(0, 2000), st.integers(0, 300), st.floats(0, 2000))
def test_more_frames_and_more_time_never_make_it_wait(
    new: int, since_s: float, more: int, later_s: float
) -> None:
    if TRIGGERS.due(new=new, since_s=since_s):
        assert TRIGGERS.due(new=new + more, since_s=since_s + later_s)


@given(st.integers(0, 99), st.floats(0, 2000))
def test_while_it_waits_it_says_for_what(new: int, since_s: float) -> None:
    if not TRIGGERS.due(new=new, since_s=since_s):
        assert TRIGGERS.waits_for(new=new, since_s=since_s).startswith(f"{new} ")


@pytest.mark.parametrize(
    ("new", "line"),
    [
        (3, "3 new frames, waiting for 30"),
        (40, "40 of 100 new frames, or 500 s more"),
    ],
)
def test_what_it_waits_for(new: int, line: str) -> None:
    assert TRIGGERS.waits_for(new=new, since_s=100.0) == line
    assert CALM.waits_for(new=new, since_s=100.0, calm=True) == line


def test_a_calm_scene_says_so() -> None:
    line = "120 of 250 new frames: the scene is calm"
    assert CALM.waits_for(new=120, since_s=0.0, calm=True) == line


@pytest.mark.parametrize(("min_frames", "max_buffer"), [(1, 10), (11, 10), (0, 0)])
def test_numbers_that_do_not_fit(min_frames: int, max_buffer: int) -> None:
    with pytest.raises(ValueError, match=f"min_frames is {min_frames}, must be 2 to max_buffer"):
        Triggers(max_buffer=max_buffer, max_interval_s=1.0, min_frames=min_frames)
