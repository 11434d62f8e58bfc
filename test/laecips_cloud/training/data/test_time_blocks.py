from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from laecips_cloud.training.data.time_blocks import HELD_OUT, split_by_time


@pytest.mark.parametrize(
    ("count", "blocks", "held_out"),
    [
        (2, 10, [1]),
        (3, 10, [1]),
        (4, 10, [2]),
        (5, 10, [1, 3]),
        (10, 10, [1, 5, 8]),  # as many blocks as lessons: every frame is a block
        (10, 5, [2, 3, 6, 7]),
        (20, 10, [2, 3, 10, 11, 16, 17]),
        (12, 2, [6, 7, 8, 9, 10, 11]),
        (9, 3, [3, 4, 5]),
        (11, 3, [4, 5, 6, 7]),  # blocks differ by one where they do not come out even
    ],
)
def test_which_lessons_are_held_out(count: int, blocks: int, held_out: list[int]) -> None:
    learnt, held = split_by_time(range(count), blocks=blocks)
    assert held == held_out
    assert learnt == [i for i in range(count) if i not in held]


@given(count=st.integers(2, 400), blocks=st.integers(2, 60))
def test_both_parts_partition_the_lessons_in_their_order(count: int, blocks: int) -> None:
    learnt, held_out = split_by_time(range(count), blocks=blocks)
    assert learnt
    assert held_out
    assert learnt == sorted(learnt)
    assert held_out == sorted(held_out)
    assert sorted(learnt + held_out) == list(range(count))


@given(count=st.integers(10, 400), blocks=st.integers(10, 60))
def test_about_three_in_ten_are_held_out(count: int, blocks: int) -> None:
    _, held_out = split_by_time(range(count), blocks=blocks)
    # Whole blocks, which differ by a lesson: with eleven to fourteen lessons 30 % is not to be had.
    assert HELD_OUT - 0.06 <= len(held_out) / count <= HELD_OUT + 0.06


@given(count=st.integers(100, 400), blocks=st.sampled_from([10, 20]))
def test_of_many_lessons_three_in_ten_are_held_out(count: int, blocks: int) -> None:
    _, held_out = split_by_time(range(count), blocks=blocks)
    assert len(held_out) / count == pytest.approx(HELD_OUT, abs=0.02)


@given(count=st.integers(3, 400), blocks=st.integers(3, 60))
def test_what_is_held_out_are_stretches_of_time(count: int, blocks: int) -> None:
    learnt, held_out = split_by_time(range(count), blocks=blocks)
    cut = min(count, blocks)
    stretches = 1 + sum(later - earlier > 1 for earlier, later in pairwise(held_out))
    assert stretches <= max(1, round(HELD_OUT * cut))
    # None is shorter than a block, and f has both ends of the time.
    assert len(held_out) >= stretches * (count // cut)
    assert {0, count - 1} <= set(learnt)


def test_what_is_split_need_not_be_a_list() -> None:
    assert split_by_time("abc") == (["a", "c"], ["b"])


@pytest.mark.parametrize(("count", "blocks"), [(0, 10), (1, 10), (5, 1), (5, 0)])
def test_what_cannot_be_split(count: int, blocks: int) -> None:
    with pytest.raises(ValueError, match=f"{count} lessons in {blocks} blocks cannot be split"):
        split_by_time(range(count), blocks=blocks)
