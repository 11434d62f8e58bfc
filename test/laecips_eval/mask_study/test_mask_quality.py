"""Measures of masks against truth, on pictures that can be checked by eye."""

import numpy as np
import pytest
from laecips_cloud.masks import MaskSet, Partition
from laecips_eval.mask_study.mask_quality import StudiedFrame, best_ious, measure

HALVES = np.zeros((20, 20), np.uint8)  # class 0 on the left, class 1 on the right, void between
HALVES[:, 10:] = 1
HALVES[:, 9] = 255
LEFT, RIGHT = np.zeros((2, 20, 20), bool)
LEFT[:, :9] = RIGHT[:, 10:] = True


class Given:
    """A generator whose masks are known."""

    def __init__(self, masks: Partition | MaskSet) -> None:
        self._masks = masks

    def generate(self, rgb: np.ndarray) -> Partition | MaskSet:
        return self._masks


@pytest.mark.parametrize(
    ("masks", "expected"),
    [
        (MaskSet.of([LEFT, RIGHT]), [1.0, 1.0]),
        (MaskSet.of([LEFT]), [1.0, 0.0]),
        (MaskSet.of([LEFT | RIGHT]), [180 / 380, 200 / 380]),
        (MaskSet((20, 20), ()), [0.0, 0.0]),
        (Partition(np.zeros((20, 20), np.int32)), [180 / 400, 200 / 400]),
        (Partition(RIGHT.astype(np.int32)), [180 / 200, 1.0]),
    ],
)
def test_best_ious(masks: Partition | MaskSet, expected: list[float]) -> None:
    assert best_ious(masks, HALVES, 2) == pytest.approx(expected)


def test_regions_of_a_class_are_told_apart_and_small_ones_left_out() -> None:
    label = np.full((20, 20), 1, np.uint8)
    label[:, 8:12] = 0
    label[0, 0] = 0
    assert len(best_ious(MaskSet.of([LEFT]), label, 2)) == 3


@pytest.mark.parametrize(
    ("regions", "bound"),
    [
        (RIGHT.astype(np.int32), 1.0),
        (np.zeros((20, 20), np.int32), 200 / 380 / 2),
    ],
)
def test_upper_bound(regions: np.ndarray, bound: float) -> None:
    frame = StudiedFrame(np.zeros((20, 20, 3), np.uint8), HALVES, None)
    quality = measure(Given(Partition(regions)), [frame], 2)
    assert quality.upper_bound == pytest.approx(bound)
    assert quality.masks == len(np.unique(regions))
    assert np.isnan(quality.gain)


@pytest.mark.parametrize(("sure", "bounded"), [(0.6, 1.0), (1.0, 0.0)], ids=["unsure", "sure"])
def test_gain_is_in_points_over_f_alone(sure: float, bounded: float) -> None:
    """The masks overrule an unsure f; a sure one keeps its pixels within the default bounds."""
    scores = np.zeros((2, 20, 20), np.float32)
    scores[0] = np.arange(20) < 6
    scores[0, :, 6:10] = 1 - sure  # f sees the edge four pixels too far to the left
    scores[1] = 1 - scores[0]
    frame = StudiedFrame(np.zeros((20, 20, 3), np.uint8), HALVES, scores)
    quality = measure(Given(Partition(RIGHT.astype(np.int32))), [frame], 2)
    alone = (120 / 180 + 200 / 260) / 2
    assert quality.unbounded_gain == pytest.approx(100 * (1 - alone))
    assert quality.gain == pytest.approx(bounded * 100 * (1 - alone))
