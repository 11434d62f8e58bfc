"""No masks: F is its class scorer, pixel by pixel."""

import numpy as np
import pytest
from laecips_cloud.fusion.mask_fusion import fuse
from laecips_cloud.fusion.vote import PAPER, Vote
from laecips_cloud.mask_generators import create_mask_generator


@pytest.mark.parametrize("shape", [(1, 1), (5, 7)])
def test_a_picture_has_none(shape: tuple[int, int]) -> None:
    masks = create_mask_generator("none").generate(np.zeros((*shape, 3), np.uint8))
    assert (masks.shape, masks.count) == (shape, 0)


@pytest.mark.parametrize("vote", [PAPER, Vote(min_quality=1.0)])
def test_the_scores_stand(vote: Vote) -> None:
    scores = np.random.default_rng(0).dirichlet(np.ones(3), (5, 7)).transpose(2, 0, 1)
    scores = np.ascontiguousarray(scores, np.float32)
    masks = create_mask_generator("none").generate(np.zeros((5, 7, 3), np.uint8))
    fused = fuse(scores, masks, vote=vote)
    np.testing.assert_array_equal(fused.label_map, scores.argmax(axis=0))
    np.testing.assert_array_equal(fused.confidence_map, np.rint(scores.max(axis=0) * 255))
