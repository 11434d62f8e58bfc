import json
import math

import numpy as np
import pytest
from laecips_cloud.metrics import NO_CLASS, ConfusionMatrix
from laecips_cloud.training.online.promotion_gate import Exam, Verdict, judge

CLASSES = ("belt", "part", "screw")
FIRST = [0.75, 0.75, 0.75]
NAN = math.nan


def exam(iou: list[float], loss: float, truth: float = NAN, truth_frames: int = 0) -> Exam:
    """An exam with just these IoUs, and one of one class on people's truth."""
    on_truth = matrix_of([truth]) if truth_frames else None
    return Exam(source=matrix_of(iou), loss=loss, truth=on_truth, truth_frames=truth_frames)


def matrix_of(iou: list[float]) -> ConfusionMatrix:
    """What a class is not found in gets no class at all."""
    matrix = ConfusionMatrix(len(iou))
    for index, value in enumerate(iou):
        if not math.isnan(value):
            truth = np.full((1, 1000), index, np.uint8)
            answer = truth.copy()
            answer[:, round(value * 1000) :] = NO_CLASS
            matrix.add(answer, truth)
    return matrix


def verdict(
    iou: list[float], loss: float = 0.5, *, parent_loss: float = 1.0, first: list[float] = FIRST
) -> Verdict:
    """Against a best of 0.75, of which a quarter may be lost, and half of any class."""
    return judge(
        exam(iou, loss),
        exam(FIRST, parent_loss),
        first=np.array(first),
        best_miou=0.75,
        parent_miou=0.75,
        classes=CLASSES,
        max_source_loss=0.25,
        max_class_loss=0.5,
    )


@pytest.mark.parametrize(
    ("iou", "loss", "first"),
    [
        ([0.75, 0.75, 0.75], 0.5, FIRST),
        ([0.875, 0.875, 0.875], 0.999, FIRST),
        ([0.5, 0.5, 0.5], 0.5, FIRST),  # all of what may be lost of the mIoU, and no more
        ([1.0, 0.75, 0.25], 0.5, FIRST),  # all of what may be lost of a class
        ([1.0, 1.0, 0.0], 0.5, [0.75, 0.75, NAN]),  # the first version never met the class
        ([0.75, 0.75, NAN], 0.5, [0.75, 0.75, NAN]),
        ([1.0, 1.0, 0.0], 0.0, [0.75, 0.75, 0.5]),  # a floor of zero
        ([1.0, 1.0, NAN], 0.5, [0.75, 0.75, 0.0]),  # it sees no more what never was there
    ],
)
def test_promoted(iou: list[float], loss: float, first: list[float]) -> None:
    told = verdict(iou, loss, first=first)
    assert told.promoted
    assert told.reason.startswith(f"loss against F falls from 1.0000 to {loss:.4f}")
    assert "source mIoU is" in told.reason


@pytest.mark.parametrize(
    ("iou", "loss", "parent_loss", "first", "reason"),
    [
        (FIRST, NAN, 1.0, FIRST, "its loss on the held-out lessons is nan"),
        (FIRST, math.inf, 1.0, FIRST, "its loss on the held-out lessons is inf"),
        (FIRST, NAN, NAN, FIRST, "its loss on the held-out lessons is nan"),
        (
            [0.498, 0.5, 0.499],
            0.5,
            1.0,
            FIRST,
            "mIoU on held-out source frames falls from 0.750 to 0.499, by more than 0.25",
        ),
        (
            [NAN, NAN, NAN],
            0.5,
            1.0,
            FIRST,
            "mIoU on held-out source frames falls from 0.750 to nan, by more than 0.25",
        ),
        (
            [1.0, 0.35, 0.35],  # the first of those that fell is named
            0.5,
            1.0,
            [0.75, 0.875, 0.875],
            "IoU of part on held-out source frames is 0.350, its floor 0.375",
        ),
        (
            [1.0, 1.0, NAN],
            0.5,
            1.0,
            FIRST,
            "IoU of screw on held-out source frames is nan, its floor 0.250",
        ),
        (
            FIRST,
            1.5,
            1.0,
            FIRST,
            "loss against F on the held-out lessons is 1.5000, not below the parent's 1.0000",
        ),
        (
            FIRST,
            1.0,  # a tie is no gain
            1.0,
            FIRST,
            "loss against F on the held-out lessons is 1.0000, not below the parent's 1.0000",
        ),
        (
            FIRST,
            0.5,
            NAN,  # nothing to be better than
            FIRST,
            "loss against F on the held-out lessons is 0.5000, not below the parent's nan",
        ),
    ],
)
def test_refused(
    iou: list[float], loss: float, parent_loss: float, first: list[float], reason: str
) -> None:
    told = verdict(iou, loss, parent_loss=parent_loss, first=first)
    assert not told.promoted
    assert told.reason == reason


@pytest.mark.parametrize(
    ("frames", "truth", "parent_truth", "loss", "reason"),
    [
        # People's truth may not be lost, however few frames it is and however low the loss.
        (1, 0.5, 0.75, 0.5, "mIoU on the 1 frames that people labelled for the gate falls from"),
        (9, 0.749, 0.75, 0.5, "mIoU on the 9 frames that people labelled for the gate falls from"),
        (9, 0.75, 0.75, 0.5, ""),
        (9, 0.8, 0.75, 0.5, ""),
        # A gain there stands in for a lower loss, where it is more than chance.
        (5, 0.8, 0.75, 1.5, ""),
        (4, 0.8, 0.75, 1.5, "loss against F on the held-out lessons is 1.5000"),
        (5, 0.75, 0.75, 1.5, "loss against F on the held-out lessons is 1.5000"),
        (5, 0.8, 0.75, NAN, "its loss on the held-out lessons is nan"),
    ],
)
def test_truth_of_people_outranks_f(
    frames: int, truth: float, parent_truth: float, loss: float, reason: str
) -> None:
    told = judge(
        exam(FIRST, loss, truth, frames),
        exam([NAN, NAN, NAN], 1.0, parent_truth, frames),
        first=np.array(FIRST),
        best_miou=0.75,
        parent_miou=0.75,
        classes=CLASSES,
        max_source_loss=0.25,
        max_class_loss=0.5,
    )
    assert told.promoted is not bool(reason)
    assert told.reason.startswith(reason or ("loss against F falls", "mIoU on the")[loss > 1])
    assert told.measures["truth_frames"] == frames
    assert told.measures["truth_miou"] == pytest.approx(truth, abs=1e-3)
    assert told.measures["truth_miou_parent"] == pytest.approx(parent_truth, abs=1e-3)


def test_the_first_thing_that_failed_is_the_reason() -> None:
    everything = verdict([0.0, 0.0, 0.0], NAN)
    assert everything.reason.startswith("its loss")
    assert verdict([0.0, 0.0, 0.0], 2.0).reason.startswith("mIoU")
    assert verdict([1.0, 1.0, 0.0], 2.0).reason.startswith("IoU of screw")


def test_measures_are_json_and_told_of_every_verdict() -> None:
    promoted = verdict([0.5, 0.75, 1.0]).measures
    assert promoted == {
        "source_miou": 0.75,
        "source_miou_parent": 0.75,
        "source_miou_best": 0.75,
        "source_iou": {"belt": 0.5, "part": 0.75, "screw": 1.0},
        "loss": 0.5,
        "loss_parent": 1.0,
        "truth_frames": 0,
        "truth_miou": None,
        "truth_miou_parent": None,
    }
    refused = verdict([NAN, 0.75, NAN], NAN, parent_loss=math.inf).measures
    assert refused["source_iou"] == {"belt": None, "part": 0.75, "screw": None}
    assert refused["loss"] is None
    assert refused["loss_parent"] is None
    for measures in (promoted, refused):
        assert json.loads(json.dumps(measures, allow_nan=False)) == measures
