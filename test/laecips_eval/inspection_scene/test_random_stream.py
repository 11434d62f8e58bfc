"""Random numbers that never change."""

import numpy as np
import pytest
from laecips_eval.inspection_scene.random_stream import Dice


def test_a_stream_is_written_in_stone() -> None:
    dice = Dice(3, 1, 4)
    drawn = [dice.integer(0, 999), dice.integer(0, 999), round(dice.uniform(), 6)]
    assert drawn == [540, 244, 0.109377]
    assert dice.octets(2, 3).tolist() == [[223, 133, 237], [104, 117, 231]]


@pytest.mark.parametrize(("one", "other"), [((1,), (1, 0)), ((1, 2), (2, 1)), ((0,), (1,))])
def test_other_keys_other_numbers(one: tuple[int, ...], other: tuple[int, ...]) -> None:
    assert Dice(*one).octets(8).tolist() != Dice(*other).octets(8).tolist()


def test_a_child_moves_nothing() -> None:
    dice, alone = Dice(5), Dice(5)
    dice.child(1).octets(100)
    assert dice.integer(0, 10**9) == alone.integer(0, 10**9)


def test_ranges() -> None:
    dice = Dice(8)
    integers = [dice.integer(-2, 3) for _ in range(300)]
    assert (min(integers), max(integers)) == (-2, 3)
    numbers = np.array([dice.uniform(2, 5) for _ in range(300)])
    assert 2 <= numbers.min() < 2.2
    assert 4.8 < numbers.max() < 5
    assert {dice.sign() for _ in range(50)} == {-1, 1}
    assert {dice.choice("abc") for _ in range(50)} == set("abc")
    assert not any(dice.chance(0.0) for _ in range(50))
    assert all(dice.chance(1.0) for _ in range(50))
