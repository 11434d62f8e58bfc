"""Examines a pair for the promotion gate: runs it over labelled frames, as a robot does."""

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
"""(logits [N, M, h, w], labels [N, h, w]) -> a scalar."""


def examine(
    bundle: Bundle,
    source: Sequence[LabelledFrame],
    lessons: Sequence[Lesson] = (),
    truth: Sequence[LabelledFrame] = (),
    *,
    loss: Loss = segmentation_loss,
    engine: str = "onnxruntime",
) -> Exam:
    """Run a pair over labelled frames as a robot does: the exported graph, on the robots' engine.

    Args:
        bundle: the pair.
        source: labelled source frames, for the confusion matrix.
        lessons: training frames that f was not trained on, for the loss and h's trust; if empty,
            the loss is nan.
        truth: frames that people labelled, from which nothing learns, for a second matrix.
        loss: the loss that f was trained with.
        engine: name of the robots' inference engine.
    """
    segmenter = Segmenter(bundle, engine=engine)
    classes = len(bundle.manifest.classes)
    losses, trust = [], []
    for _, image, label in (lesson.frame for lesson in lessons):
        logits = segmenter.logits(np.ascontiguousarray(image))
        taught = torch.from_numpy(at_stride(label, logits)).long()
        losses.append(float(loss(torch.from_numpy(logits)[None], taught[None])))
        trust.append(segmenter.trust(logits))
    weights = [lesson.weight for lesson in lessons]
    mean = float(np.average(losses, weights=weights)) if losses else float("nan")
    return Exam(
        source=_matrix(segmenter, source, classes),
        loss=mean,
        trust=tuple(trust),
        truth=_matrix(segmenter, truth, classes),
        truth_frames=len(truth),
    )


def _matrix(segmenter: Segmenter, frames: Sequence[LabelledFrame], classes: int) -> ConfusionMatrix:
    matrix = ConfusionMatrix(classes)
    for _, image, label in frames:
        size = (label.shape[0], label.shape[1])
        matrix.add(label_map_of(segmenter.logits(np.ascontiguousarray(image)), size), label)
    return matrix


def at_stride(label: NDArray[np.uint8], logits: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Resize a label map to the size of f's logits: uint8 [H, W] -> [h, w], nearest pixel."""
    size = logits.shape[:0:-1]
    return np.asarray(cv2.resize(label, size, interpolation=cv2.INTER_NEAREST), np.uint8)
