"""Graph segmentation finds what is plainly there."""

import re

import numpy as np
import pytest
from laecips_cloud.mask_generators import MaskGeneratorError
from laecips_cloud.mask_generators.graph import GraphMaskGenerator


def test_blocks_of_colour_become_regions() -> None:
    rgb = np.zeros((60, 80, 3), np.uint8)
    rgb[:, 40:] = (200, 40, 40)
    rgb[20:40, 10:30] = (30, 220, 60)
    regions = GraphMaskGenerator().generate(rgb).regions
    assert regions.shape == (60, 80)
    assert regions[5, 5] == regions[55, 35] != regions[5, 75]
    assert regions[30, 20] not in (regions[5, 5], regions[5, 75])


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (9, 2)])
def test_small_pictures(shape: tuple[int, int]) -> None:
    assert GraphMaskGenerator().generate(np.zeros((*shape, 3), np.uint8)).shape == shape


def test_larger_scale_and_size_give_fewer_regions() -> None:
    rgb = np.random.default_rng(0).integers(0, 255, (60, 80, 3), np.uint8)
    fine = GraphMaskGenerator().generate(rgb).regions.max()
    coarse = GraphMaskGenerator(scale=1000, min_size=200).generate(rgb).regions.max()
    assert coarse < fine


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sigma": 0.0}, "sigma is 0.0, it must be above 0"),
        ({"scale": float("nan")}, "scale is nan"),
        ({"min_size": -1}, "min_size is -1"),
    ],
)
def test_a_value_out_of_range(options: dict, message: str) -> None:
    with pytest.raises(MaskGeneratorError, match=re.escape(message)):
        GraphMaskGenerator(**options)
