"""Fusion equals Algorithm 1's loop, ties and overlaps included, and keeps the vote's bounds."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from laecips_cloud.fusion.mask_fusion import fuse
from laecips_cloud.fusion.vote import PAPER, Vote
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
@settings(max_examples=3 * settings().max_examples)
def test_overlapping_masks_equal_the_loop(case: tuple[np.ndarray, list[np.ndarray]]) -> None:
    scores, masks = case
    np.testing.assert_array_equal(
        fuse(scores, MaskSet.of(masks)).label_map, per_mask_loop(scores, masks)
    )


@given(scores_and_regions())
@settings(max_examples=3 * settings().max_examples)
def test_partition_equals_the_loop(case: tuple[np.ndarray, np.ndarray]) -> None:
    scores, regions = case
    masks = [regions == index for index in np.unique(regions)]
    np.testing.assert_array_equal(
        fuse(scores, Partition(regions)).label_map, per_mask_loop(scores, masks)
    )


@given(scores_and_regions())
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


def crop(mask: str) -> Mask:
    """One row; # is a pixel of the mask."""
    return Mask(0, 0, np.array([[pixel == "#" for pixel in mask]]))


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
    fused = fuse(ROW, MaskSet((1, 4), tuple(crop(mask) for mask in masks)))
    assert fused.label_map.tolist() == [labels]
    assert fused.confidence_map.tolist() == [confidence]


def test_ties_go_to_the_lower_class() -> None:
    scores = np.full((3, 2, 2), 1 / 3, np.float32)
    scores[1:] = [[[0.1, 0.7], [0.3, 0.5]], [[0.7, 0.1], [0.5, 0.3]]]
    fused = fuse(scores, Partition(np.zeros((2, 2), np.int32)))
    assert fused.label_map.tolist() == [[1, 1], [1, 1]]


@pytest.mark.parametrize(
    ("mask", "share", "confidence"),
    [
        pytest.param("####", [0.5, 0.5, 0.5, 0.5], [69] * 4, id="a mask, half of all score"),
        pytest.param("####", [1, 0, 0, 1], [89] * 4, id="a mask, all score of half the pixels"),
        pytest.param("....", [0.25, 1, 0.5, 0], [38, 153, 108, 0], id="no mask"),
        pytest.param("##..", [1, 0.5, 0.5, 1], [115, 115, 108, 204], id="half of it"),
    ],
)
def test_what_is_of_no_class_makes_less_sure(
    mask: str, share: list[float], confidence: list[int]
) -> None:
    """Scores that sum to less than 1: a class scorer takes some of the picture for none of ours."""
    masks = MaskSet((1, 4), (crop(mask),))
    assert fuse(ROW * np.array(share, np.float32), masks).confidence_map.tolist() == [confidence]


def test_a_mask_without_any_score_is_not_sure() -> None:
    fused = fuse(np.zeros((2, 1, 2), np.float32), Partition(np.zeros((1, 2), np.int32)))
    assert fused.label_map.tolist() == [[0, 0]]
    assert fused.confidence_map.tolist() == [[0, 0]]


LAST = np.full((2, 3, 4), 0.5, np.float32)  # of all pixels and classes one is no number
LAST[-1, -1, -1] = np.nan


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
        (np.full((2, 3, 4), -np.inf, np.float32), "class 0 are not finite"),
        (LAST, "class 1 are not finite"),
    ],
)
@pytest.mark.parametrize(
    "masks", [Partition(np.zeros((3, 4), np.int32)), MaskSet((3, 4), ())], ids=["part", "set"]
)
@pytest.mark.parametrize("vote", [PAPER, Vote()], ids=["paper", "bounds"])
@pytest.mark.filterwarnings("error")
def test_scores_that_cannot_be(
    scores: np.ndarray, message: str, masks: Partition | MaskSet, vote: Vote
) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        fuse(scores, masks, vote=vote)


# --- the vote's bounds ---


def voting_loop(
    scores: np.ndarray,
    masks: list[np.ndarray],
    vote: Vote,
    qualities: tuple[float, ...] | None = None,
) -> np.ndarray:
    """Algorithm 1 with bounds, as `Vote` reads."""
    own = scores.argmax(axis=0)
    labels = own.copy()
    for index in sorted(range(len(masks)), key=lambda index: -np.count_nonzero(masks[index])):
        mask, area = masks[index], np.count_nonzero(masks[index])
        if not area or (qualities is not None and qualities[index] < vote.min_quality):
            continue
        winner = int(np.argmax([plane[mask].sum(dtype=np.float64) for plane in scores]))
        if np.count_nonzero(own[mask] != winner) <= vote.max_dissent * area:
            labels[mask] = winner
    best, voted = (np.take_along_axis(scores, at[None], axis=0)[0] for at in (own, labels))
    return np.where(best - voted > np.float32(vote.max_margin), own, labels).astype(np.uint8)


bounds = st.builds(
    Vote,
    max_dissent=st.sampled_from([0.0, 0.25, 0.5, 1.0]) | st.floats(0, 1),
    max_margin=st.sampled_from([0.0, 0.35, 1.0]) | st.floats(0, 1),
    min_quality=st.sampled_from([0.0, 0.5, 1.0]),
)


@given(scores_and_masks(), bounds, st.none() | st.lists(st.floats(0, 1), min_size=8, max_size=8))
@settings(max_examples=3 * settings().max_examples)
def test_a_vote_equals_the_loop(
    case: tuple[np.ndarray, list[np.ndarray]], vote: Vote, drawn: list[float] | None
) -> None:
    scores, masks = case
    qualities = None if drawn is None else tuple(drawn[: len(masks)])
    cut = MaskSet(masks[0].shape, MaskSet.of(masks).masks, qualities)
    np.testing.assert_array_equal(
        fuse(scores, cut, vote=vote).label_map, voting_loop(scores, masks, vote, qualities)
    )


@given(scores_and_regions(), bounds)
@settings(max_examples=3 * settings().max_examples)
def test_a_partition_votes_as_its_masks_do(case: tuple[np.ndarray, np.ndarray], vote: Vote) -> None:
    scores, regions = case
    masks = [regions == index for index in np.unique(regions)]
    whole = fuse(scores, Partition(regions), vote=vote)
    parts = fuse(scores, MaskSet.of(masks), vote=vote)
    np.testing.assert_array_equal(whole.label_map, voting_loop(scores, masks, vote))
    np.testing.assert_array_equal(whole.label_map, parts.label_map)
    np.testing.assert_array_equal(whole.confidence_map, parts.confidence_map)


@given(scores_and_masks())
def test_bounds_that_bind_nothing_are_the_papers(
    case: tuple[np.ndarray, list[np.ndarray]],
) -> None:
    """Whether or not they take the short way; a quality that nobody gave counts for nothing."""
    scores, masks = case
    without, paper, open_bounds = (
        fuse(scores, MaskSet.of(masks)),
        fuse(scores, MaskSet.of(masks), vote=PAPER),
        fuse(scores, MaskSet.of(masks), vote=Vote(max_dissent=1, max_margin=1, min_quality=0.5)),
    )
    for fused in (paper, open_bounds):
        np.testing.assert_array_equal(fused.label_map, without.label_map)
        np.testing.assert_array_equal(fused.confidence_map, without.confidence_map)


@given(scores_and_masks(), bounds)
def test_a_pixel_that_changes_prefers_its_own_by_no_more_than_the_margin(
    case: tuple[np.ndarray, list[np.ndarray]], vote: Vote
) -> None:
    scores, masks = case
    labels = fuse(scores, MaskSet.of(masks), vote=vote).label_map
    voted = np.take_along_axis(scores, labels[None].astype(np.intp), axis=0)[0]
    assert (scores.max(axis=0) - voted <= np.float32(vote.max_margin)).all()


@given(scores_and_masks(), st.floats(0, 1))
def test_without_dissent_no_pixel_changes(
    case: tuple[np.ndarray, list[np.ndarray]], margin: float
) -> None:
    scores, masks = case
    fused = fuse(scores, MaskSet.of(masks), vote=Vote(max_dissent=0, max_margin=margin))
    np.testing.assert_array_equal(fused.label_map, scores.argmax(axis=0))


FREE = {"max_dissent": 1.0, "max_margin": 1.0, "min_quality": 0.0, "min_stability": 0.0}


@pytest.mark.parametrize(
    ("masks", "bounds", "labels", "confidence"),
    [
        pytest.param(
            ["####"], {"max_dissent": 0.25}, [0, 0, 0, 0], [137] * 4, id="one of four dissents"
        ),
        pytest.param(
            ["####"],
            {"max_dissent": 0.24},
            [0, 0, 1, 0],
            [153, 153, 217, 204],
            id="too many dissent",
        ),
        pytest.param(
            ["####"], {"max_margin": 0.71}, [0, 0, 0, 0], [137] * 4, id="a pixel is not so sure"
        ),
        pytest.param(
            ["####"],
            {"max_margin": 0.69},
            [0, 0, 1, 0],
            [137, 137, 217, 137],
            id="a pixel is surer",
        ),
        pytest.param(
            [".##."],
            {"max_margin": 0.19},
            [0, 0, 1, 0],
            [153, 153, 159, 204],
            id="the mask's mean where it agrees",
        ),
        pytest.param(
            ["####", ".##."], {}, [0, 1, 1, 0], [137, 159, 159, 137], id="small over large"
        ),
        pytest.param(
            ["####", ".##."],
            {"max_dissent": 0.3},
            [0, 0, 0, 0],
            [137] * 4,
            id="an unsafe small one leaves the large one's paint",
        ),
        pytest.param(
            [".##.", "####"],
            {"max_dissent": 0.3},
            [0, 0, 0, 0],
            [137] * 4,
            id="in any order",
        ),
        pytest.param(
            ["###.", "..#."],
            {"max_dissent": 0.0},
            [0, 0, 1, 0],
            [153, 153, 217, 204],
            id="an unsafe large one leaves the small one's paint",
        ),
        pytest.param(
            ["####", "#..."],
            {"max_margin": 0.69},
            [0, 0, 1, 0],
            [153, 137, 217, 137],
            id="a sure pixel under a large mask, beside a small one",
        ),
        pytest.param([], {"max_margin": 0.0}, [0, 0, 1, 0], [153, 153, 217, 204], id="no mask"),
        pytest.param(
            ["...."], {"max_margin": 0.0}, [0, 0, 1, 0], [153, 153, 217, 204], id="an empty mask"
        ),
    ],
)
def test_bounds_on_a_row(
    masks: list[str], bounds: dict[str, float], labels: list[int], confidence: list[int]
) -> None:
    cut = MaskSet((1, 4), tuple(crop(mask) for mask in masks))
    fused = fuse(ROW, cut, vote=Vote(**FREE | bounds))
    assert fused.label_map.tolist() == [labels]
    assert fused.confidence_map.tolist() == [confidence]


@pytest.mark.parametrize("rating", ["quality", "stability"])
@pytest.mark.parametrize(
    ("ratings", "least", "labels"),
    [
        pytest.param(None, 1.0, [0, 1, 1, 0], id="nobody says"),
        pytest.param((0.9, 0.5), 0.5, [0, 1, 1, 0], id="both are good"),
        pytest.param((0.9, 0.4), 0.5, [0, 0, 0, 0], id="the small one is bad"),
        pytest.param((0.4, 0.9), 0.5, [0, 1, 1, 0], id="the large one is bad"),
        pytest.param((0.4, 0.4), 0.5, [0, 0, 1, 0], id="both are bad"),
    ],
)
def test_what_the_generator_rates_lower_is_left_out(
    ratings: tuple[float, ...] | None, least: float, labels: list[int], rating: str
) -> None:
    """Empty masks between them have ratings too, which must not be taken for theirs."""
    masks = [crop("...."), crop("####"), crop("...."), crop(".##.")]
    rated = None if ratings is None else (1.0, ratings[0], 0.0, ratings[1])
    field = {"quality": "qualities", "stability": "stabilities"}[rating]
    cut = MaskSet((1, 4), tuple(masks), **{field: rated})
    fused = fuse(ROW, cut, vote=Vote(**FREE | {f"min_{rating}": least}))
    assert fused.label_map.tolist() == [labels]


def test_a_tie_of_a_pixel_with_its_mask_costs_no_margin() -> None:
    """Equal scores: the pixel takes the lower class by itself, and its mask's with it."""
    scores = np.array([[[0.5, 0.2]], [[0.5, 0.8]]], np.float32)
    fused = fuse(scores, Partition(np.zeros((1, 2), np.int32)), vote=Vote(max_margin=0.0))
    assert fused.label_map.tolist() == [[1, 1]]


def test_ten_thousand_masks() -> None:
    rng = np.random.default_rng(0)
    scores = rng.dirichlet(np.full(4, 0.5), size=(40, 60)).transpose(2, 0, 1).astype(np.float32)
    crops = [
        Mask(int(top), int(left), rng.random((height, width)) < 0.8)
        for top, left, height, width in rng.integers((0, 0, 1, 1), (34, 54, 7, 7), (10_000, 4))
    ]
    full = np.zeros((len(crops), 40, 60), np.bool_)
    for whole, (top, left, pixels) in zip(full, crops, strict=True):
        whole[top : top + pixels.shape[0], left : left + pixels.shape[1]] = pixels
    qualities = tuple(rng.random(len(crops)))
    vote = Vote(min_quality=0.5)
    np.testing.assert_array_equal(
        fuse(scores, MaskSet((40, 60), tuple(crops), qualities), vote=vote).label_map,
        voting_loop(np.ascontiguousarray(scores), list(full), vote, qualities),
    )


def test_one_mask_over_everything() -> None:
    rng = np.random.default_rng(0)
    scores = rng.dirichlet(np.full(4, 0.5), size=(40, 60)).transpose(2, 0, 1).astype(np.float32)
    whole = np.ones((40, 60), np.bool_)
    for vote in (PAPER, Vote(), Vote(max_dissent=1.0)):
        np.testing.assert_array_equal(
            fuse(np.ascontiguousarray(scores), MaskSet.of([whole]), vote=vote).label_map,
            voting_loop(scores, [whole], vote),
        )
