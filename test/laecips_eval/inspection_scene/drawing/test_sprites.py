"""The pen and the sprite that it leaves."""

import numpy as np
import pytest
from laecips_eval.inspection_scene.drawing.sprites import (
    LEVEL,
    Pen,
    regular,
    rounded_box,
    shrunk,
    turned,
)


def test_a_box_covers_its_size_and_is_soft_at_the_rim() -> None:
    pen = Pen(20, 10)
    pen.box((0.5, 0), (12, 6), (200, 10, 20), 40, body=True)
    sprite = pen.sprite()
    assert sprite.mask.sum() == pytest.approx(12 * 6, rel=0.15)
    middle = tuple(length // 2 for length in sprite.mask.shape)
    assert sprite.colour[middle].tolist() == [200, 10, 20]
    assert sprite.relief[middle] == LEVEL + 40
    assert sprite.relief[0, 0] == LEVEL
    assert sprite.coverage[0, 0] == 0
    assert ((sprite.coverage > 0) & (sprite.coverage < 255)).any()
    assert np.array_equal(sprite.mask, sprite.coverage >= 128)


@pytest.mark.parametrize("degrees", [30.0, 90.0, 200.0, -45.0])
def test_rotation_keeps_the_area(degrees: float) -> None:
    pen = Pen(40, 20)
    pen.box((0, 0), (36, 16), (90, 90, 90), 10, body=True)
    flat, rotated = pen.sprite(), pen.sprite(degrees)
    assert rotated.mask.sum() == pytest.approx(flat.mask.sum(), rel=0.04)
    assert np.median(rotated.colour[rotated.mask]) == 90


def test_a_quarter_turn_is_clockwise() -> None:
    pen = Pen(40, 20)
    pen.box((12, 0), (10, 10), (255, 255, 255), body=True)
    rows, _ = np.nonzero(pen.sprite(90).mask)
    assert rows.mean() > pen.sprite(90).mask.shape[0] / 2 + 8


def test_a_line_must_stay_on_the_paper() -> None:
    with pytest.raises(ValueError, match="leaves the box of 24 x 14"):
        Pen(20, 10).line([(0, 0), (30, 0)], 2, (1, 2, 3))


def test_labelled_stroke_is_wider_than_its_colour() -> None:
    pen = Pen(40, 20)
    pen.line([(-15, 0), (15, 0)], 1, (9, 9, 9), body=True)
    pen.label_stroke([(-15, 0), (15, 0)], 6)
    sprite = pen.sprite()
    assert sprite.mask.sum() > 3 * (sprite.coverage >= 128).sum()


def test_shapes() -> None:
    assert rounded_box((0, 0), (4, 2), 0) == [(-2, -1), (2, -1), (2, 1), (-2, 1)]
    assert len(rounded_box((0, 0), (4, 2), 1)) == 28
    assert regular(4, 1.0)[1] == pytest.approx((0, 1))
    assert turned((1, 0), 90) == pytest.approx((0, 1))
    assert shrunk([(-2, -1), (2, 1)], 0.5) == [(-1.5, -0.5), (1.5, 0.5)]
