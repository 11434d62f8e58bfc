"""F: a class scorer, a mask generator and the fusion, one after the other."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from laecips_cloud.class_scorers import ClassScorerError, EdgeScores
from laecips_cloud.class_scorers.edge import EdgeScorer
from laecips_cloud.fusion.assisted_inference import Assisted, AssistedInference
from laecips_cloud.fusion.vote import PAPER, Vote
from laecips_cloud.mask_generators import create_mask_generator
from laecips_cloud.mask_generators.none import NoMasks
from laecips_cloud.masks import MaskSet

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


def test_scores_of_another_size() -> None:
    inference = AssistedInference(NoMasks(), EDGE)
    with pytest.raises(ValueError, match="do not fit"):
        inference(np.zeros((5, 7, 3), np.uint8), lambda: np.ones((2, 5, 8), np.float32))


class Halves:
    """A generator that cuts several pictures at a time, each into left and right."""

    def __init__(self, takes: int) -> None:
        self.takes = takes
        self.sizes: list[int] = []

    def prepare_batches(self, most: int) -> int:
        return min(self.takes, most)

    def generate(self, rgb: np.ndarray) -> MaskSet:
        self.sizes.append(1)
        return self._cut(rgb)

    def generate_batch(self, pictures: list[np.ndarray], scores: list[np.ndarray]) -> list[MaskSet]:
        assert [rgb.shape[:2] for rgb in pictures] == [s.shape[1:] for s in scores]
        self.sizes.append(len(pictures))
        return [self._cut(rgb) for rgb in pictures]

    @staticmethod
    def _cut(rgb: np.ndarray) -> MaskSet:
        left = np.zeros(rgb.shape[:2], bool)
        left[:, : rgb.shape[1] // 2] = True
        return MaskSet.of([left, ~left])


@pytest.mark.parametrize(
    ("takes", "asked", "runs"), [(8, 8, [6]), (8, 4, [2, 4]), (3, 8, [3, 3]), (1, 8, [1] * 6)]
)
def test_pictures_of_several_threads_share_a_cut(takes: int, asked: int, runs: list[int]) -> None:
    generator = Halves(takes)
    inference = AssistedInference(generator, EDGE, max_batch=asked, batch_window_s=60.0)
    assert inference.max_batch == min(takes, asked)
    together = threading.Barrier(6)

    def label(number: int) -> Assisted:
        rgb = np.zeros((4, 2 + 2 * number, 3), np.uint8)
        scores = np.full((2, *rgb.shape[:2]), 0.5, np.float32)
        scores[number % 2] += 0.1
        with inference.coming() as assist:
            together.wait()
            return assist(rgb, lambda: scores)

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(label, range(6)))
    assert sorted(generator.sizes) == runs
    assert sorted({answer.batch for answer in answers}) == sorted(set(runs))
    for number, answer in enumerate(answers):
        assert answer.label_map.shape == (4, 2 + 2 * number)
        assert (answer.label_map == number % 2).all()
        assert answer.wait_ms >= 0


def test_one_at_a_time_unless_told_otherwise() -> None:
    assert AssistedInference(Halves(8), EDGE).max_batch == 1


def test_other_classes_than_ours_cost_one_alone() -> None:
    inference = AssistedInference(Halves(8), EDGE, classes=2, max_batch=8)
    with pytest.raises(ClassScorerError, match="it scores 3 classes instead of 2"):
        inference(np.zeros((2, 2, 3), np.uint8), lambda: np.ones((3, 2, 2), np.float32))
