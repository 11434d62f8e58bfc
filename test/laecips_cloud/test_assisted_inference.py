"""F: a mask generator and the fusion, one after the other."""

import numpy as np
import pytest
from laecips_cloud.assisted_inference import AssistedInference
from laecips_cloud.mask_generators import create_mask_generator
from laecips_cloud.masks import MaskSet


def test_contours_come_from_the_picture_and_labels_from_the_scores() -> None:
    rgb = np.zeros((60, 80, 3), np.uint8)
    rgb[:, 37:] = 220
    right = np.arange(80) >= 44  # f is sure of both sides, but not where they meet
    scores = np.stack([~right, right])[:, None, :].repeat(60, axis=1).astype(np.float32)
    assisted = AssistedInference(create_mask_generator("graph"))(rgb, scores)
    expected = (np.arange(80) >= 37).astype(np.uint8)[None].repeat(60, axis=0)
    # The blur before the cut moves a contour, by two of the seven pixels that f was wrong by.
    assert (assisted.label_map != expected).sum() <= 2 * 60
    assert assisted.label_map.dtype == assisted.confidence_map.dtype == np.uint8
    assert (assisted.confidence_map[:, :30] == 255).all()
    assert (assisted.confidence_map[:, 50:] < 255).all()
    assert assisted.masks_ms > 0
    assert assisted.fusion_ms > 0


class NoMasks:
    """A generator that finds nothing, as SAM may on an empty wall."""

    def generate(self, rgb: np.ndarray) -> MaskSet:
        return MaskSet(rgb.shape[:2], ())


def test_without_masks_f_stands() -> None:
    scores = np.random.default_rng(0).dirichlet(np.ones(3), (5, 7)).transpose(2, 0, 1)
    scores = np.ascontiguousarray(scores, np.float32)
    assisted = AssistedInference(NoMasks())(np.zeros((5, 7, 3), np.uint8), scores)
    np.testing.assert_array_equal(assisted.label_map, scores.argmax(axis=0))


def test_scores_of_another_size() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        AssistedInference(NoMasks())(np.zeros((5, 7, 3), np.uint8), np.ones((2, 5, 8), np.float32))
