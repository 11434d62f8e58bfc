import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laecips_edge.core.inference.scores import (
    confidence_map_of,
    label_map_of,
    scores_at,
    softmax,
    upsample,
)

torch = pytest.importorskip("torch")

sides = st.integers(1, 12)
targets = st.integers(1, 40)


def random_logits(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 3, shape).astype(np.float32)


def torch_upsample(maps: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    tensor = torch.from_numpy(maps)[None]
    return torch.nn.functional.interpolate(tensor, size=size, mode="bilinear", align_corners=False)[
        0
    ].numpy()


@given(st.integers(0, 1000), st.integers(1, 5), sides, sides, targets, targets)
def test_upsampling_equals_torch(seed, classes, h, w, height, width):
    maps = random_logits(seed, classes, h, w)
    expected = torch_upsample(maps, (height, width))
    np.testing.assert_allclose(upsample(maps, (height, width)), expected, atol=2e-4)


@pytest.mark.parametrize("size", [(360, 480), (45, 60), (90, 120), (97, 133), (720, 1280)])
def test_label_map_is_the_argmax_of_torchs_upsampled_logits(size):
    logits = random_logits(3, 11, 90, 120)
    up = torch_upsample(logits, size)
    second, first = np.partition(up, -2, axis=0)[-2:]
    clear = first - second > 1e-3  # the others are ties but for rounding
    assert clear.mean() > 0.99
    np.testing.assert_array_equal(label_map_of(logits, size)[clear], up.argmax(axis=0)[clear])


@given(st.integers(0, 1000), st.integers(2, 6), sides, sides, targets, targets)
def test_label_map_is_where_the_scores_are_best(seed, classes, h, w, height, width):
    logits = random_logits(seed, classes, h, w)
    labels = label_map_of(logits, (height, width))
    scores = scores_at(logits, (height, width))
    assert labels.dtype == np.uint8
    assert labels.shape == (height, width)
    picked = np.take_along_axis(scores, labels[np.newaxis].astype(int), axis=0)[0]
    np.testing.assert_array_equal(picked, scores.max(axis=0))


def test_ties_go_to_the_lower_class():
    np.testing.assert_array_equal(
        label_map_of(np.zeros((4, 2, 3), np.float32), (8, 12)), np.zeros((8, 12))
    )
    logits = np.stack([np.full((2, 2), v, np.float32) for v in (0.0, 1.0, 1.0)])
    assert (label_map_of(logits, (4, 4)) == 1).all()


def test_as_many_classes_as_a_label_map_can_hold():
    logits = np.zeros((255, 1, 1), np.float32)
    logits[254] = 1
    assert (label_map_of(logits, (2, 2)) == 254).all()


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_softmax_equals_torch_and_leaves_its_argument_alone(temperature):
    logits = random_logits(0, 5, 6, 7)
    before = logits.copy()
    expected = torch.softmax(torch.from_numpy(logits) / temperature, dim=0).numpy()
    np.testing.assert_allclose(softmax(logits, temperature=temperature), expected, atol=1e-6)
    np.testing.assert_array_equal(logits, before)


def test_softmax_takes_logits_of_any_layout():
    logits = np.random.default_rng(0).normal(size=(3, 4, 5)).astype(np.float32)
    pixels_first = np.ascontiguousarray(logits.transpose(1, 2, 0)).transpose(2, 0, 1)
    np.testing.assert_array_equal(softmax(pixels_first), softmax(logits))


def test_softmax_of_large_logits_is_finite():
    scores = softmax(np.array([1e4, -1e4], np.float32).reshape(2, 1, 1))
    np.testing.assert_array_equal(scores.ravel(), [1, 0])


@pytest.mark.parametrize("temperature", [1.0, 2.0])
def test_confidence_is_the_largest_softmax_upsampled(temperature):
    logits = random_logits(1, 5, 9, 12)
    peak = torch.softmax(torch.from_numpy(logits) / temperature, dim=0).amax(dim=0, keepdim=True)
    expected = torch_upsample(peak.numpy(), (36, 48))[0] * 255
    found = confidence_map_of(logits, (36, 48), temperature=temperature)
    assert found.dtype == np.uint8
    np.testing.assert_allclose(found, expected, atol=0.51)


@pytest.mark.parametrize(("margin", "expected"), [(0.0, 128), (100.0, 255)])
def test_confidence_at_both_ends(margin, expected):
    logits = np.zeros((2, 3, 4), np.float32)
    logits[0] = margin
    assert (confidence_map_of(logits, (6, 8)) == expected).all()
