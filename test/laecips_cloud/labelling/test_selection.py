from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laecips_cloud.labelling.selection import CRITERIA, SHORT_LIST, Candidate, choose

NAN = float("nan")


def look(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


def candidate(name: str, trust: float, disagreement: float, *where: float) -> Candidate:
    return Candidate(name, trust, disagreement, look(*(where or (0.0,))))


def names(*args: object, **options: object) -> str:
    return "".join(choice.candidate.name for choice in choose(*args, **options))  # type: ignore[arg-type]


FOUR = [
    candidate("a", 0.9, 0.1, 0.0),
    candidate("b", 0.1, 0.2, 0.1),
    candidate("c", 0.2, 0.9, 0.2),
    candidate("d", 0.8, 0.8, 5.0),
]


@pytest.mark.parametrize(
    ("by", "order"),
    [
        ("trust", "bcda"),
        ("disagreement", "cdba"),
        ("different", "adcb"),  # the first by name, then the farthest from all before
        ("mixed", "cdab"),  # the most doubtful and disputed, then the farthest
    ],
)
def test_each_criterion(by: str, order: str) -> None:
    assert names(FOUR, 4, by=by) == order
    assert names(FOUR[::-1], 2, by=by) == order[:2]
    assert names(FOUR, 9, by=by) == order


def test_only_the_short_list_is_looked_at_for_difference() -> None:
    doubtful = [candidate(f"a{number}", 0.2, 0.5, 1.0 * number) for number in range(12)]
    dull = [candidate(f"z{number}", 0.9, 0.0, 100.0 * number) for number in range(20)]
    taken = choose([*dull, *doubtful], 12 // SHORT_LIST)
    assert [choice.candidate.name[0] for choice in taken] == ["a"] * 4


def test_what_looks_like_a_labelled_frame_comes_later() -> None:
    assert names(FOUR, 2, by="different", labelled=[look(5.0), look(0.0)]) == "cb"
    assert names(FOUR, 4, by="different", labelled=[look(5.0), look(0.0)])[:1] == "c"


def test_pictures_of_one_spot_are_not_all_taken() -> None:
    spot = [candidate(f"s{number}", 0.1, 0.9, 0.001 * number) for number in range(6)]
    others = [candidate(f"o{number}", 0.2, 0.8, 1.0 + number) for number in range(3)]
    taken = [choice.candidate.name for choice in choose([*spot, *others], 4)]
    assert len([name for name in taken if name.startswith("s")]) == 1


def test_without_f_the_trust_decides() -> None:
    unknown = [it._replace(disagreement=NAN) for it in FOUR]
    assert names(unknown, 1) == "b"
    (choice,) = choose(unknown, 1)
    assert choice.why == "trust 0.10, lower than that of 75% of the frames"
    assert choice.distance == np.inf


def test_why() -> None:
    (choice, _) = choose(FOUR, 2)
    assert choice.why == (
        "trust 0.20, lower than that of 50% of the frames; f and F disagree on 90% of the pixels, "
        "more than on 75% of the frames"
    )


@pytest.mark.parametrize("by", CRITERIA)
def test_nothing_to_choose(by: str) -> None:
    assert choose([], 3, by=by) == choose(FOUR, 0, by=by) == []  # type: ignore[arg-type]


@given(
    st.lists(st.tuples(*[st.floats(0, 1, width=16)] * 4), min_size=1, max_size=12),
    st.integers(1, 14),
    st.sampled_from(CRITERIA),
    st.randoms(use_true_random=False),
)
def test_any_frames_in_any_order(values: list, count: int, by: str, random: object) -> None:
    given_ = [candidate(f"{place:02d}", *value) for place, value in enumerate(values)]
    chosen = choose(given_, count, by=by)  # type: ignore[arg-type]
    assert len({choice.candidate.name for choice in chosen}) == min(count, len(given_))
    random.shuffle(given_)  # type: ignore[attr-defined]
    assert [it.candidate.name for it in choose(given_, count, by=by)] == [  # type: ignore[arg-type]
        it.candidate.name for it in chosen
    ]
    if by == "different":
        assert all(one.distance >= two.distance for one, two in pairwise(chosen))
