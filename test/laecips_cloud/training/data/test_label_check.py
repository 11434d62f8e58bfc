"""A class that no label shows stops a training before it begins."""

import re

import numpy as np
import pytest
from laecips_cloud.training.data.errors import DatasetError
from laecips_cloud.training.data.label_check import count_labels, require_every_class

CLASSES = ("good", "dent", "scratch")


def counted(*pixels: int) -> np.ndarray:
    return count_labels([np.array([pixels], np.uint8)])


def test_pixels_are_counted_over_all_maps() -> None:
    counts = count_labels(np.array([[0, 2, 255]], np.uint8) for _ in range(3))
    assert counts.shape == (256,)
    assert {label: counts[label] for label in np.flatnonzero(counts)} == {0: 3, 2: 3, 255: 3}


def test_one_pixel_of_each_is_enough() -> None:
    require_every_class(counted(0, 1, 2), CLASSES, frames=1, where="plant")


@pytest.mark.parametrize(
    ("pixels", "classes", "message"),
    [
        ((0, 1), CLASSES, "plant: no pixel of scratch in 7 frames; label some, take more frames"),
        ((1, 1), CLASSES, "plant: no pixel of good, scratch in 7 frames"),
        (
            (0, 0, 0, 255),
            CLASSES[:2],
            "25.0% of the pixels have no class: if masks say dent by 255",
        ),
        ((0, 255), CLASSES[:2], "write values: [0, 255] into classes.yaml"),
        ((255,), CLASSES, "if masks say scratch by 255, write values, one a class, into"),
        ((0,), CLASSES[:1], "plant: one class, good; give at least two"),
    ],
)
def test_what_is_refused(pixels: tuple[int, ...], classes: tuple[str, ...], message: str) -> None:
    with pytest.raises(DatasetError, match=re.escape(message)) as caught:
        require_every_class(counted(*pixels), classes, frames=7, where="plant")
    assert "\n" not in str(caught.value)
    assert ("write values" in str(caught.value)) == (255 in pixels)
