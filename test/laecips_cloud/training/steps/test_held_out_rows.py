from collections.abc import Callable, Sequence

import numpy as np
import pytest
import torch
from laecips_cloud.masks import Partition
from laecips_cloud.metrics import ConfusionMatrix, frame_iou
from laecips_cloud.networks import RFNet
from laecips_cloud.training.data.labelled_frames import LabelledFrame
from laecips_cloud.training.steps.held_out_rows import assist_by, make_rows, run
from laecips_edge.core.image.tiling import Tiling
from laecips_edge.core.inference.scores import label_map_of

SIZE = (64, 96)


@pytest.fixture
def network() -> RFNet:
    torch.manual_seed(0)
    return RFNet(classes=3, width=0.125, depth=False).eval()


def test_rows_hold_what_f_and_the_cloud_make_of_each_picture(
    network: RFNet, toy_frames: Callable[..., Sequence[LabelledFrame]]
) -> None:
    frames = toy_frames(count=3)
    by_picture = {frame.image.tobytes(): frame.label for frame in frames}
    asked: list[np.ndarray] = []

    def knows_daylight(image: np.ndarray, logits: np.ndarray) -> np.ndarray:
        """A cloud that is right about the frames as they are, and lost in drifted ones."""
        asked.append(logits)
        label = by_picture.get(image.tobytes())
        return np.zeros(SIZE, np.uint8) if label is None else label

    scores = ConfusionMatrix(3), ConfusionMatrix(3)
    rows = list(
        make_rows(
            network,
            frames,
            assist=knows_daylight,
            tiling=Tiling(SIZE),
            variants=2,
            seed=0,
            scores=scores,
        )
    )
    assert [row.drifted for row in rows] == [False, True, True] * 3
    for row, logits in zip(rows, asked, strict=True):
        assert row.logits.shape == (3, 16, 24)
        np.testing.assert_allclose(row.logits, logits, atol=1e-2, rtol=1e-3)
    daylight = [row for row in rows if not row.drifted]
    for row, frame in zip(daylight, frames, strict=True):
        answer = label_map_of(run(network, frame.image, tiling=Tiling(SIZE)), SIZE)
        assert row.iou == frame_iou(answer, frame.label, 3)
        assert row.assisted_iou == 1.0
    # Of some variants the camera was moved, others are disturbed in one place.
    moved = [
        not np.array_equal(rows[index].truth, rows[index // 3 * 3].truth)
        for index in range(len(rows))
        if rows[index].drifted
    ]
    assert True in moved
    assert False in moved
    assert scores[1].miou() == 1.0
    assert scores[0].counts.sum() == scores[1].counts.sum()


def test_a_frame_without_labels_gives_no_row(
    network: RFNet, toy_frames: Callable[..., Sequence[LabelledFrame]]
) -> None:
    frame = toy_frames(count=1)[0]
    void = frame._replace(label=np.full(SIZE, 255, np.uint8))
    rows = make_rows(
        network,
        [void, frame],
        assist=lambda image, logits: np.zeros(image.shape[:2], np.uint8),
        tiling=Tiling(SIZE),
        variants=0,
        seed=0,
    )
    assert len(list(rows)) == 1


@pytest.mark.parametrize("size", [(64, 96), (48, 64), (100, 130)])
def test_a_picture_of_any_size_gives_logits_of_the_input_size(
    network: RFNet, size: tuple[int, int]
) -> None:
    logits = run(network, np.zeros((*size, 3), np.uint8), tiling=Tiling(SIZE))
    assert logits.shape == (3, 16, 24)
    assert logits.dtype == np.float32
    assert logits.flags.c_contiguous


def test_tiles_are_joined_to_the_logits_of_the_picture(network: RFNet) -> None:
    tiling = Tiling(SIZE, (2, 2))
    image = np.random.default_rng(0).integers(0, 256, (*tiling.picture, 3), np.uint8)
    joined = run(network, image, tiling=tiling)
    assert joined.shape == (3, 24, 40)
    last = run(network, image[-SIZE[0] :, -SIZE[1] :], tiling=Tiling(SIZE))
    np.testing.assert_array_equal(joined[:, -12:, -20:], last[:, -12:, -20:])


def test_each_region_takes_the_class_that_scores_highest_in_it() -> None:
    regions = np.zeros((8, 12), np.int32)
    regions[:, 6:] = 1
    logits = np.zeros((2, 2, 3), np.float32)
    logits[1, :, 2] = 4.0  # sure of class 1 on the right
    logits[0, 0, 0] = 4.0  # and of class 0 in the upper left corner
    assist = assist_by(lambda image: Partition(regions))
    answer = assist(np.zeros((8, 12, 3), np.uint8), logits)
    np.testing.assert_array_equal(answer, regions)


def test_a_pixel_that_is_sure_keeps_its_class() -> None:
    """As in the cloud, whose bounds of the vote are these."""
    logits = np.zeros((2, 2, 3), np.float32)
    logits[0] = 1.0
    logits[:, 0, 2] = 0.0, 4.0
    whole = np.zeros((2, 3), np.int32)
    assist = assist_by(lambda image: Partition(whole))
    answer = assist(np.zeros((2, 3, 3), np.uint8), logits)
    assert answer.tolist() == [[0, 0, 1], [0, 0, 0]]
    logits[:, 0, 2] = 0.0, 0.3  # and one that is not goes with its region
    assert assist(np.zeros((2, 3, 3), np.uint8), logits).tolist() == [[0, 0, 0], [0, 0, 0]]
