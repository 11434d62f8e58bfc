"""Masks that are packed into documents."""

import cv2
import numpy as np
import pytest
from laecips_cloud.annotations.packed_masks import packed_mask

MASK = np.array([[True, False, True], [False, True, False]])


def written(pixels: np.ndarray) -> bytes:
    return cv2.imencode(".png", pixels)[1].tobytes()


@pytest.mark.parametrize(
    "pixels",
    [
        MASK.astype(np.uint8),
        MASK.astype(np.uint8) * 255,
        np.repeat(MASK[:, :, None], 3, axis=2).astype(np.uint8) * [0, 0, 9],
        np.dstack([np.full((2, 3, 3), 255), MASK * 255]),
    ],
    ids=["ones", "grey", "colour", "see-through"],
)
def test_what_is_not_black_or_see_through(pixels: np.ndarray) -> None:
    np.testing.assert_array_equal(packed_mask(written(pixels.astype(np.uint8))), MASK)


@pytest.mark.parametrize("data", [b"", b"no picture"])
def test_what_is_no_mask(data: bytes) -> None:
    with pytest.raises(ValueError, match="a packed mask that cannot be decoded"):
        packed_mask(data)
