"""Of boxes that overlap the best stays, as in torch's own."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laecips_cloud.mask_generators.sam.automatic.box_suppression import suppress


@pytest.mark.parametrize(
    ("boxes", "scores", "max_iou", "kept"),
    [
        ([], [], 0.5, []),
        ([[0, 0, 4, 4]], [0.1], 0.5, [0]),
        ([[0, 0, 4, 4], [0, 0, 4, 4]], [0.1, 0.2], 0.5, [1]),
        # Equal boxes of equal scores: the first.
        ([[0, 0, 4, 4], [0, 0, 4, 4]], [0.2, 0.2], 0.5, [0]),
        # An IoU of exactly the bound is not above it.
        ([[0, 0, 4, 4], [0, 0, 4, 2]], [0.9, 0.8], 0.5, [0, 1]),
        ([[0, 0, 4, 4], [0, 0, 4, 3]], [0.9, 0.8], 0.5, [0]),
        # The second goes, and with it what would have removed the third.
        ([[0, 0, 4, 4], [0, 1, 4, 5], [0, 2, 4, 6]], [0.9, 0.8, 0.7], 0.5, [0, 2]),
        # Boxes one pixel wide have no area; they stay.
        ([[3, 0, 3, 9], [3, 0, 3, 9]], [0.9, 0.8], 0.5, [0, 1]),
        ([[0, 0, 4, 4], [0, 0, 4, 4]], [0.1, 0.2], 1.0, [1, 0]),
    ],
)
def test_which_stay(boxes: list, scores: list, max_iou: float, kept: list[int]) -> None:
    array = np.array(boxes, np.float64).reshape(-1, 4)
    assert suppress(array, np.array(scores, np.float64), max_iou) == kept


@given(
    corners=st.lists(
        st.tuples(*(st.integers(0, 12) for _ in range(2)), *(st.integers(1, 8) for _ in range(2))),
        max_size=12,
    ),
    max_iou=st.sampled_from([0.3, 0.5, 0.7]),
)
def test_as_the_reference(corners: list[tuple[int, int, int, int]], max_iou: float) -> None:
    torch = pytest.importorskip("torch")
    from laecips_cloud.mask_generators.sam.torch_backend.torchvision_stand_in import nms  # noqa: PLC0415

    boxes = np.array([(x, y, x + w, y + h) for x, y, w, h in corners], np.float64).reshape(-1, 4)
    scores = np.random.default_rng(len(corners)).permutation(len(corners)) / 20
    expected = nms(torch.from_numpy(boxes), torch.from_numpy(scores), max_iou)
    assert suppress(boxes, scores, max_iou) == expected.tolist()
