from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from laecips_cloud.replay_buffer.held_out_truth import ONE_IN, truth_among


@given(st.lists(st.integers(1, 9), min_size=1, max_size=8))
def test_one_of_each_block_however_the_labels_come(batches: list[int]) -> None:
    names = [f"robot/{number}" for number in range(sum(batches))]
    ends = [sum(batches[:count]) for count in range(len(batches) + 1)]
    dealt = [truth_among(names[start:end], before=start) for start, end in pairwise(ends)]
    truth = set().union(*dealt)
    assert truth == truth_among(names, before=0)
    for start in range(0, len(names), ONE_IN):
        block = names[start : start + ONE_IN]
        assert len(truth.intersection(block)) == 1 or len(block) < ONE_IN


def test_it_is_not_always_the_same_place() -> None:
    names = [str(number) for number in range(80)]
    assert {int(name) % ONE_IN for name in truth_among(names, before=0)} == set(range(ONE_IN))
