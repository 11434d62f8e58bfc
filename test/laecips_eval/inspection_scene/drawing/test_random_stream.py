"""Random numbers that never change."""

import numpy as np
import pytest
from laecips_eval.inspection_scene.drawing.random_stream import RandomStream


def test_a_stream_is_written_in_stone() -> None:
    stream = RandomStream(3, 1, 4)
    drawn = [stream.integer(0, 999), stream.integer(0, 999), round(stream.uniform(), 6)]
    assert drawn == [540, 244, 0.109377]
    assert stream.octets(2, 3).tolist() == [[223, 133, 237], [104, 117, 231]]


@pytest.mark.parametrize(("one", "other"), [((1,), (1, 0)), ((1, 2), (2, 1)), ((0,), (1,))])
def test_other_keys_other_numbers(one: tuple[int, ...], other: tuple[int, ...]) -> None:
    assert RandomStream(*one).octets(8).tolist() != RandomStream(*other).octets(8).tolist()


def test_a_child_moves_nothing() -> None:
    stream, alone = RandomStream(5), RandomStream(5)
    stream.child(1).octets(100)
    assert stream.integer(0, 10**9) == alone.integer(0, 10**9)


def test_ranges() -> None:
    stream = RandomStream(8)
    integers = [stream.integer(-2, 3) for _ in range(300)]
    assert (min(integers), max(integers)) == (-2, 3)
    numbers = np.array([stream.uniform(2, 5) for _ in range(300)])
    assert 2 <= numbers.min() < 2.2
    assert 4.8 < numbers.max() < 5
    assert {stream.sign() for _ in range(50)} == {-1, 1}
    assert {stream.choice("abc") for _ in range(50)} == set("abc")
    assert not any(stream.chance(0.0) for _ in range(50))
    assert all(stream.chance(1.0) for _ in range(50))
