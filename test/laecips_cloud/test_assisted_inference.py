"""F: a class scorer, a mask generator and the fusion, one after the other."""

import numpy as np
import pytest
from laecips_cloud.assisted_inference import AssistedInference
from laecips_cloud.class_scorers import EdgeScores
from laecips_cloud.class_scorers.edge import EdgeScorer
from laecips_cloud.mask_generators import create_mask_generator
from laecips_cloud.mask_generators.none import NoMasks
from laecips_cloud.masks import MaskSet
from laecips_cloud.vote import PAPER, Vote

EDGE = EdgeScorer(("left", "right"))


def test_contours_come_from_the_picture_and_labels_from_the_scores() -> None:
    rgb = np.zeros((60, 80, 3), np.uint8)
    rgb[:, 37:] = 220
    right = np.arange(80) >= 44  # f leans to a class on both sides, but not where they meet
    side = np.where(right, 0.6, 0.4)
    scores = np.stack([1 - side, side])[:, None, :].repeat(60, axis=1).astype(np.float32)
    inference = AssistedInference(create_mask_generator("graph"), EDGE)
    assisted = inference(rgb, lambda: scores)
    expected = (np.arange(80) >= 37).astype(np.uint8)[None].repeat(60, axis=0)
    # The blur before the cut moves a contour, by two of the seven pixels that f was wrong by.
    assert (assisted.label_map != expected).sum() <= 2 * 60
    assert assisted.label_map.dtype == assisted.confidence_map.dtype == np.uint8
    assert (assisted.confidence_map[:, :30] == 153).all()
    assert (assisted.confidence_map[:, 50:] < 153).all()
    assert assisted.masks > 1
    assert assisted.scores_ms > 0
    assert assisted.masks_ms > 0
    assert assisted.fusion_ms > 0


class WholePicture:
    """A generator that has run everything together."""

    def generate(self, rgb: np.ndarray) -> MaskSet:
        return MaskSet.of([np.ones(rgb.shape[:2], bool)])


@pytest.mark.parametrize(
    ("vote", "labels"),
    [
        pytest.param({}, [0, 0, 1], id="unless told otherwise: not over a sure pixel"),
        pytest.param({"vote": Vote(max_dissent=0.3)}, [0, 0, 1], id="one of three dissents"),
        pytest.param({"vote": PAPER}, [0, 0, 0], id="the paper"),
    ],
)
def test_the_vote_reaches_the_fusion(vote: dict[str, Vote], labels: list[int]) -> None:
    scores = np.array([[[0.9, 0.9, 0.1]], [[0.1, 0.1, 0.9]]], np.float32)
    inference = AssistedInference(WholePicture(), EDGE, **vote)
    assisted = inference(np.zeros((1, 3, 3), np.uint8), lambda: scores)
    assert assisted.label_map.tolist() == [labels]
    assert assisted.masks == 1


class BrightIsRight:
    """A scorer of its own mind, which does not ask f."""

    def score(self, rgb: np.ndarray, edge: EdgeScores) -> np.ndarray:
        right = rgb.max(axis=2) > 100
        return np.stack([~right, right]).astype(np.float32)


def test_a_scorer_that_does_not_ask_spares_f() -> None:
    def f() -> np.ndarray:
        raise AssertionError("f was asked")

    rgb = np.zeros((5, 7, 3), np.uint8)
    rgb[:, 4:] = 200
    assisted = AssistedInference(NoMasks(), BrightIsRight())(rgb, f)
    np.testing.assert_array_equal(assisted.label_map, rgb[:, :, 0] == 200)


def test_without_masks_the_scorer_stands() -> None:
    scores = np.random.default_rng(0).dirichlet(np.ones(3), (5, 7)).transpose(2, 0, 1)
    scores = np.ascontiguousarray(scores, np.float32)
    assisted = AssistedInference(NoMasks(), EDGE)(np.zeros((5, 7, 3), np.uint8), lambda: scores)
    np.testing.assert_array_equal(assisted.label_map, scores.argmax(axis=0))
    assert assisted.masks == 0


def test_scores_of_another_size() -> None:
    inference = AssistedInference(NoMasks(), EDGE)
    with pytest.raises(ValueError, match="do not fit"):
        inference(np.zeros((5, 7, 3), np.uint8), lambda: np.ones((2, 5, 8), np.float32))
