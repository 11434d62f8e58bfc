"""Fusion equals Algorithm 1's loop, ties and overlaps included."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from laecips_cloud.fusion import fuse
from laecips_cloud.masks import Mask, MaskSet, Partition
from laecips_eval.benchmarks.fusion import per_mask_loop

sizes = st.tuples(st.integers(1, 9), st.integers(1, 9))


@st.composite
def softmax_scores(draw: st.DrawFn, shape: tuple[int, int]) -> np.ndarray:
    """Scores of 1 to 5 classes: smooth ones, or coarse ones full of ties, as uint8 wires give."""
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    classes = draw(st.integers(1, 5))
    if draw(st.booleans()):
        return (rng.integers(0, 4, (classes, *shape)) * np.float32(85 / 255)).astype(np.float32)
    powers = np.exp(rng.normal(scale=draw(st.sampled_from([0.1, 5])), size=(classes, *shape)))
    return (powers / powers.sum(axis=0)).astype(np.float32)


@st.composite
def scores_and_masks(draw: st.DrawFn) -> tuple[np.ndarray, list[np.ndarray]]:
    shape = draw(sizes)
    masks = draw(st.lists(hnp.arrays(np.bool_, shape), min_size=1, max_size=8))
    return draw(softmax_scores(shape)), masks


@st.composite
def scores_and_regions(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    shape = draw(sizes)
    top = shape[0] * shape[1] - 1
    regions = draw(hnp.arrays(np.int32, shape, elements=st.integers(0, min(top, 6))))
    return draw(softmax_scores(shape)), regions


@given(scores_and_masks())
@settings(max_examples=300)
def test_overlapping_masks_equal_the_loop(case: tuple[np.ndarray, list[np.ndarray]]) -> None:
    scores, masks = case
    np.testing.assert_array_equal(
        fuse(scores, MaskSet.of(masks)).label_map, per_mask_loop(scores, masks)
    )


@given(scores_and_regions())
@settings(max_examples=300)
def test_partition_equals_the_loop(case: tuple[np.ndarray, np.ndarray]) -> None:
    scores, regions = case
    masks = [regions == index for index in np.unique(regions)]
    np.testing.assert_array_equal(
        fuse(scores, Partition(regions)).label_map, per_mask_loop(scores, masks)
    )


@given(scores_and_regions())
@settings(max_examples=100)
def test_partition_equals_its_masks(case: tuple[np.ndarray, np.ndarray]) -> None:
    scores, regions = case
    masks = MaskSet.of([regions == index for index in np.unique(regions)])
    whole, parts = fuse(scores, Partition(regions)), fuse(scores, masks)
    np.testing.assert_array_equal(whole.label_map, parts.label_map)
    np.testing.assert_array_equal(whole.confidence_map, parts.confidence_map)


def test_a_picture_of_real_size_equals_the_loop() -> None:
    rng = np.random.default_rng(0)
    scores = rng.dirichlet(np.full(11, 0.3), size=(120, 160)).transpose(2, 0, 1).astype(np.float32)
    rows, columns = np.mgrid[:120, :160]
    masks = [
        (rows - y) ** 2 + (columns - x) ** 2 < radius**2
        for y, x, radius in rng.uniform((0, 0, 3), (120, 160, 60), (60, 3))
    ]
    np.testing.assert_array_equal(
        fuse(np.ascontiguousarray(scores), MaskSet.of(masks)).label_map,
        per_mask_loop(scores, masks),
    )


# Two classes on one row of four pixels; class 0 wins the sum over all pixels.
ROW = np.array([[[0.6, 0.6, 0.15, 0.8]], [[0.4, 0.4, 0.85, 0.2]]], np.float32)


@pytest.mark.parametrize(
    ("masks", "labels", "confidence"),
    [
        pytest.param([], [0, 0, 1, 0], [153, 153, 217, 204], id="no mask: the argmax"),
        pytest.param(["####"], [0, 0, 0, 0], [137] * 4, id="one mask: the largest sum"),
        pytest.param(["####", "..#."], [0, 0, 1, 0], [137, 137, 217, 137], id="small over large"),
        pytest.param(["..#.", "####"], [0, 0, 1, 0], [137, 137, 217, 137], id="in any order"),
        pytest.param([".##.", "..##"], [0, 1, 1, 1], [153, 159, 134, 134], id="equal: the later"),
        pytest.param(["....", "#..."], [0, 0, 1, 0], [153, 153, 217, 204], id="empty mask"),
        pytest.param([".##."], [0, 1, 1, 0], [153, 159, 159, 204], id="outside: the argmax"),
    ],
)
def test_masks_on_a_row(masks: list[str], labels: list[int], confidence: list[int]) -> None:
    crops = [Mask(0, 0, np.array([[pixel == "#" for pixel in mask]])) for mask in masks]
    fused = fuse(ROW, MaskSet((1, 4), tuple(crops)))
    assert fused.label_map.tolist() == [labels]
    assert fused.confidence_map.tolist() == [confidence]


def test_ties_go_to_the_lower_class() -> None:
    scores = np.full((3, 2, 2), 1 / 3, np.float32)
    scores[1:] = [[[0.1, 0.7], [0.3, 0.5]], [[0.7, 0.1], [0.5, 0.3]]]
    fused = fuse(scores, Partition(np.zeros((2, 2), np.int32)))
    assert fused.label_map.tolist() == [[1, 1], [1, 1]]


def test_a_mask_without_any_score_is_not_sure() -> None:
    fused = fuse(np.zeros((2, 1, 2), np.float32), Partition(np.zeros((1, 2), np.int32)))
    assert fused.label_map.tolist() == [[0, 0]]
    assert fused.confidence_map.tolist() == [[0, 0]]


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        (np.zeros((2, 3, 4), np.float64), "float64 (2, 3, 4): expected float32 [M, H, W]"),
        (np.zeros((3, 4), np.float32), "expected float32 [M, H, W]"),
        (np.zeros((0, 3, 4), np.float32), "1 to 255 classes"),
        (np.zeros((256, 3, 4), np.float32), "1 to 255 classes"),
        (np.zeros((2, 3, 5), np.float32), "(3, 5) do not fit masks of (3, 4)"),
        (np.full((2, 3, 4), np.nan, np.float32), "class 0 are not finite"),
        (np.full((2, 3, 4), np.inf, np.float32), "class 0 are not finite"),
    ],
)
@pytest.mark.parametrize(
    "masks", [Partition(np.zeros((3, 4), np.int32)), MaskSet((3, 4), ())], ids=["part", "set"]
)
def test_scores_that_cannot_be(
    scores: np.ndarray, message: str, masks: Partition | MaskSet
) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        fuse(scores, masks)
