"""SAM's automatic masks, run for real on a small random network."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from laecips_cloud.fusion import fuse  # noqa: E402
from laecips_cloud.mask_generators import (  # noqa: E402
    MaskGeneratorError,
    create_mask_generator,
)
from laecips_cloud.mask_generators.sam import SamMaskGenerator  # noqa: E402
from laecips_cloud.vote import Vote  # noqa: E402


def test_masks_of_a_picture_can_be_fused(sam_checkpoint: Path) -> None:
    generator = create_mask_generator(
        "sam",
        {
            "checkpoint": str(sam_checkpoint),
            "points_per_side": "4",
            # Random weights are sure of nothing.
            "min_predicted_iou": "-10",
            "min_stability": "-10",
        },
    )
    rgb = np.random.default_rng(0).integers(0, 255, (72, 96, 3), np.uint8)
    masks = generator.generate(rgb)
    assert masks.shape == (72, 96)
    assert masks.count > 0
    # The rating of random weights leaves 0..1; what a vote reads does not.
    assert len(masks.qualities) == masks.count
    assert all(0 <= quality <= 1 for quality in masks.qualities)
    scores = np.full((3, 72, 96), 1 / 3, np.float32)
    assert fuse(scores, masks, vote=Vote(min_quality=0.5)).label_map.shape == (72, 96)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"checkpoint": ""}, "set its option checkpoint"),
        ({"points_per_side": 0}, "points_per_side is 0, it must be at least 1"),
        ({"points_per_batch": 0}, "points_per_batch is 0"),
        ({"device": "cuda:99"}, "device 'cuda:99' cannot be used"),
        ({"device": "toaster"}, "device 'toaster' cannot be used"),
    ],
)
def test_what_cannot_be_used(options: dict, message: str, sam_checkpoint: Path) -> None:
    with pytest.raises(MaskGeneratorError, match=message):
        SamMaskGenerator(**({"checkpoint": str(sam_checkpoint)} | options))
