from collections.abc import Callable, Sequence

import numpy as np
import pytest
import torch
from laecips_cloud.metrics import ConfusionMatrix, frame_iou
from laecips_cloud.networks import RFNet
from laecips_cloud.training.data.labelled_frames import LabelledFrame
from laecips_cloud.training.steps.held_out_rows import make_rows, run
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
            input_size=SIZE,
            variants=2,
            seed=0,
            scores=scores,
        )
    )
    assert [row.drifted for row in rows] == [False, True, True] * 3
    assert [row.name for row in rows[:4]] == ["0-0", "0-0", "0-0", "0-1"]
    for row, logits in zip(rows, asked, strict=True):
        assert row.logits.shape == (3, 16, 24)
        np.testing.assert_allclose(row.logits, logits, atol=1e-2, rtol=1e-3)
        assert row.gain == pytest.approx(row.assisted_iou - row.iou)
    daylight = [row for row in rows if not row.drifted]
    for row, frame in zip(daylight, frames, strict=True):
        answer = label_map_of(run(network, frame.image, input_size=SIZE), SIZE)
        assert row.iou == frame_iou(answer, frame.label, 3)
        assert row.assisted_iou == 1.0
    for drifted, row in zip(rows[1::3], daylight, strict=True):
        assert not np.array_equal(drifted.truth, row.truth)  # the camera was moved
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
        input_size=SIZE,
        variants=0,
        seed=0,
    )
    assert len(list(rows)) == 1


@pytest.mark.parametrize("size", [(64, 96), (48, 64), (100, 130)])
def test_a_picture_of_any_size_gives_logits_of_the_input_size(
    network: RFNet, size: tuple[int, int]
) -> None:
    logits = run(network, np.zeros((*size, 3), np.uint8), input_size=SIZE)
    assert logits.shape == (3, 16, 24)
    assert logits.dtype == np.float32
    assert logits.flags.c_contiguous
