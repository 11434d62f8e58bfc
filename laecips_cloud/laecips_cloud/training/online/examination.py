"""Runs a pair as a robot does over frames with labels: what the promotion gate goes by."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np
import torch
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.inference.scores import label_map_of
from laecips_edge.core.inference.segmenter import Segmenter
from numpy.typing import NDArray
from torch import Tensor

from laecips_cloud.metrics import ConfusionMatrix
from laecips_cloud.training.data.labelled_frames import LabelledFrame
from laecips_cloud.training.online.lessons import Lesson
from laecips_cloud.training.online.promotion_gate import Exam
from laecips_cloud.training.steps.losses import segmentation_loss

Loss = Callable[[Tensor, Tensor], Tensor]
"""Of logits [N, M, h, w] against labels [N, h, w]: a scalar."""


def examine(
    bundle: Bundle,
    source: Sequence[LabelledFrame],
    lessons: Sequence[Lesson] = (),
    *,
    loss: Loss = segmentation_loss,
    engine: str = "onnxruntime",
) -> Exam:
    """Runs a pair as a robot does, weights rounded and on its engine, over frames with labels.

    Args:
        bundle: the pair.
        source: labelled source frames.
        lessons: those that f has not learnt from; without any the loss is nan.
        loss: that f was trained on.
        engine: the robots'.
    """
    segmenter = Segmenter(bundle, engine=engine)
    matrix = ConfusionMatrix(len(bundle.manifest.classes))
    for _, image, label in source:
        size = (label.shape[0], label.shape[1])
        matrix.add(label_map_of(segmenter.logits(np.ascontiguousarray(image)), size), label)
    losses = []
    for _, image, label in (lesson.frame for lesson in lessons):
        logits = segmenter.logits(np.ascontiguousarray(image))
        taught = torch.from_numpy(at_stride(label, logits)).long()
        losses.append(float(loss(torch.from_numpy(logits)[None], taught[None])))
    weights = [lesson.weight for lesson in lessons]
    mean = float(np.average(losses, weights=weights)) if losses else float("nan")
    return Exam(source=matrix, loss=mean)


def at_stride(label: NDArray[np.uint8], logits: NDArray[np.floating]) -> NDArray[np.uint8]:
    """A label map at the size of f's logits: uint8 [H, W] -> [h, w], nearest."""
    size = logits.shape[:0:-1]
    return np.asarray(cv2.resize(label, size, interpolation=cv2.INTER_NEAREST), np.uint8)
