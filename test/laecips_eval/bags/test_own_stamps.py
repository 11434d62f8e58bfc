from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from laecips_eval.bags.own_stamps import OwnStamps, by_order

PAIRS = st.lists(st.tuples(st.integers(0, 4), st.integers(1, 6)), max_size=12)


@pytest.mark.parametrize(
    ("pictures", "expected"),
    [
        ([(5, 90), (6, 91)], [5, 6]),
        ([(0, 90), (0, 91)], [90, 91]),
        ([(5, 90), (5, 90), (5, 90)], [5, 6, 7]),
        ([(5, 90), (5, 93), (8, 95)], [5, 8, 10]),  # on the clock of the camera
        ([(9, 1), (8, 2)], [9, 8]),  # a camera that was restarted
    ],
)
def test_a_stamp_is_kept_where_it_tells_its_picture(
    pictures: list[tuple[int, int]], expected: list[int]
) -> None:
    own = OwnStamps()
    assert [own.of(*picture) for picture in pictures] == expected


@given(PAIRS)
def test_no_two_pictures_share_one(pictures: list[tuple[int, int]]) -> None:
    own = OwnStamps()
    stamps = [own.of(*picture) for picture in pictures]
    assert len(set(stamps)) == len(stamps)
    assert all(stamp > 0 for stamp in stamps)
    counts = Counter[int]()
    ordered = by_order(pictures)
    for (header, _), stamp in zip(pictures, stamps, strict=True):
        assert ordered[header, counts[header]] == stamp
        counts[header] += 1
