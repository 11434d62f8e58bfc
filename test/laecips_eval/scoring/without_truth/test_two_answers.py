"""Agreement of f's label map and the published one."""

import numpy as np
from laecips_eval.scoring.without_truth.two_answers import TwoAnswers

ZEROS, HALF = np.zeros((2, 2), np.uint8), np.array([[0, 0], [1, 255]], np.uint8)


def test_in_either_order_and_mixed() -> None:
    answers = TwoAnswers()
    assert answers.add(1, ZEROS) is None
    assert answers.add(2, HALF) is None
    assert answers.add(2, ZEROS) == 0.5
    assert answers.add(1, ZEROS) == 1.0


def test_label_maps_of_two_sizes_are_not_compared() -> None:
    answers = TwoAnswers()
    answers.add(1, ZEROS)
    assert answers.add(1, np.zeros((3, 2), np.uint8)) is None


def test_what_waits_for_long_is_dropped() -> None:
    answers = TwoAnswers()
    for stamp in range(100):
        answers.add(stamp, ZEROS)
    assert answers.add(99, ZEROS) == 1.0
    assert answers.add(0, ZEROS) is None
