"""Mask generators by name, their options as text."""

import re

import numpy as np
import pytest
from laecips_cloud.mask_generators import MaskGeneratorError, create_mask_generator
from laecips_cloud.mask_generators.generator import largest_that_fits
from laecips_cloud.mask_generators.graph import GraphMaskGenerator


def test_options_reach_the_generator() -> None:
    rgb = np.random.default_rng(0).integers(0, 255, (40, 50, 3), np.uint8)
    made = create_mask_generator("graph", {"scale": "900", "min_size": "300"})
    expected = GraphMaskGenerator(scale=900, min_size=300)
    np.testing.assert_array_equal(made.generate(rgb).regions, expected.generate(rgb).regions)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        (
            "grpah",
            {},
            "mask generator 'grpah' is not known: take one of graph, none, sam",
        ),
        ("graph", {"size": "3"}, "graph has no option 'size': it has sigma, scale, min_size"),
        ("graph", {"min_size": "big"}, "graph: option min_size is 'big', it must be int"),
        ("graph", {"min_size": "0"}, "min_size is 0, it must be above 0"),
        ("none", {"scale": "3"}, "mask generator none has no option 'scale': it has none"),
        ("sam", {}, "sam needs weights: set its option checkpoint"),
        (
            "sam",
            {"checkpoint": "/nowhere/sam.pth"},
            "/nowhere/sam.pth: no such file; give the path",
        ),
    ],
)
def test_what_cannot_be_made(name: str, options: dict[str, str], message: str) -> None:
    with pytest.raises(MaskGeneratorError, match=re.escape(message)):
        create_mask_generator(name, options)


@pytest.mark.parametrize(
    ("most", "room", "size", "tried"),
    [(1, 0, 1, []), (8, 9, 8, [8]), (8, 3, 2, [8, 4, 2]), (6, 0, 1, [6, 3]), (5, 2, 2, [5, 2])],
)
def test_the_largest_that_fits(most: int, room: int, size: int, tried: list[int]) -> None:
    asked: list[int] = []

    def fits(pictures: int) -> bool:
        asked.append(pictures)
        return pictures <= room

    assert largest_that_fits(most, fits) == size
    assert asked == tried
