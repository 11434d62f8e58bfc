import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as nps
from laecips_cloud.networks.softmax_doubt import (
    EXPECTED_LOSS,
    doubt_maps,
    doubt_numbers,
    numbers,
    softmax_of,
)
from laecips_edge.core.routing.miners import (
    expected_iou,
    mean_softmax_margin,
    mean_softmax_peak,
    sure_pixel_share,
)

LOGITS = nps.arrays(
    np.float32,
    nps.array_shapes(min_dims=3, max_dims=3, min_side=2, max_side=5),
    elements=st.floats(-12, 12, width=32),
)


def of(softmax: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
    batch = torch.from_numpy(np.asarray(softmax, np.float32))[None]
    maps = doubt_maps(batch)
    return maps[0], doubt_numbers(batch, maps)[0]


@given(LOGITS, st.sampled_from([1.0, 30.0, 1e4]))
def test_softmax(logits: np.ndarray, factor: float) -> None:
    batch = factor * torch.from_numpy(logits)[None]
    torch.testing.assert_close(softmax_of(batch), batch.softmax(1))


@given(LOGITS)
def test_the_numbers_hold_what_the_baselines_see(logits: np.ndarray) -> None:
    softmax = torch.from_numpy(logits).softmax(0).numpy()
    maps, found = of(softmax)
    assert found.shape == (numbers(len(logits)),)
    assert found[0] == pytest.approx(1 - mean_softmax_peak(softmax), abs=1e-5)
    assert found[3] == pytest.approx(1 - sure_pixel_share(softmax), abs=1e-5)
    if len(np.unique(softmax)) == softmax.size:  # of equal scores the third counts as the second
        assert found[1] == pytest.approx(1 - mean_softmax_margin(softmax), abs=1e-5)
        assert found[EXPECTED_LOSS] == pytest.approx(1 - expected_iou(softmax), abs=1e-5)
    assert maps.min() >= -1e-5
    assert maps.max() <= 1 + 1e-5
    assert found.min() >= -1e-5
    assert found.max() <= 1 + 1e-5


# Two pixels of two classes.
@pytest.mark.parametrize(
    ("first_class", "expected"),
    [
        ([1.0, 0.0], 1.0),  # sure of both
        ([1.0, 0.4], (1 / 1.4 + 0.6 / 1.0) / 2),  # the second pixel: 0.6 of the other class
        ([0.9, 0.8], 1.7 / 2.0),  # one class is named; only that one counts
    ],
)
def test_expected_iou(first_class: list[float], expected: float) -> None:
    softmax = np.array([[first_class], [[1 - p for p in first_class]]])
    _, found = of(softmax)
    assert 1 - found[EXPECTED_LOSS].item() == pytest.approx(expected, abs=1e-5)


def test_a_small_class_in_doubt_weighs_as_much_as_a_large_one() -> None:
    softmax = np.zeros((2, 10, 10))
    softmax[0], softmax[1, 0, 0] = 1.0, 0.6
    softmax[0, 0, 0] = 0.4
    _, found = of(softmax)
    assert found[0] < 0.01
    assert found[EXPECTED_LOSS] > 0.2
