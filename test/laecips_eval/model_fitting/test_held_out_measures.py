"""Colour tells the class, and a network that reads it badly."""

import numpy as np
import pytest
from laecips_cloud.training.data.labelled_frames import LabelledFrame
from laecips_eval.model_fitting.held_out_measures import MOST_WORST, measure_held_out


def frame(wrong: int, *, name: str = "", labelled: bool = True) -> LabelledFrame:
    """Two halves of two classes; in `wrong` columns of the right half the colour lies."""
    label = np.repeat(np.array([[0] * 20 + [1] * 20], np.uint8), 16, axis=0)
    colour = label.copy()
    colour[:, 20 : 20 + wrong] = 0
    if not labelled:
        label[:] = 255
    return LabelledFrame(name, np.repeat(colour[..., None], 3, axis=2), label)


def read(image: np.ndarray) -> np.ndarray:
    """Logits at full size, by the colour."""
    return np.stack([image[..., 0] == 0, image[..., 0] == 1]).astype(np.float32)


def test_perfect_masks_mend_what_a_majority_sees() -> None:
    measures = measure_held_out([frame(5)], classes=2, logits=read)
    assert measures.alone.recall().tolist() == [1.0, 0.75]
    assert measures.perfect.miou() == 1.0
    assert measures.assisted is None


def test_f_is_asked_with_picture_and_logits() -> None:
    def assist(image: np.ndarray, logits: np.ndarray) -> np.ndarray:
        np.testing.assert_array_equal(read(image), logits)
        return np.zeros(image.shape[:2], np.uint8)

    measures = measure_held_out([frame(0)], classes=2, logits=read, assist=assist)
    assert measures.alone.miou() == 1.0
    assert measures.assisted is not None
    assert measures.assisted.miou() == pytest.approx(0.25)


def test_the_worst_pictures_come_worst_first() -> None:
    frames = [frame(wrong, name=str(wrong)) for wrong in (0, 9, 3, 12, *range(4, 9), 1, 10, 11)]
    unlabelled = frame(19, name="none", labelled=False)
    measures = measure_held_out([unlabelled, *frames], classes=2, logits=read)
    names = [failure.frame.name for failure in measures.worst]
    assert names == ["12", "11", "10", "9", "8", "7", "6", "5", "4", "3"]
    assert len(names) == MOST_WORST
    ious = [failure.iou for failure in measures.worst]
    assert ious == sorted(ious)


def test_equal_pictures_keep_their_order() -> None:
    measures = measure_held_out([frame(2, name=name) for name in "abc"], classes=2, logits=read)
    assert [failure.frame.name for failure in measures.worst] == ["a", "b", "c"]
