"""What a network's answers on held-out pictures are worth, alone and in F, and where they fail."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from laecips_cloud.fusion.mask_fusion import fuse
from laecips_cloud.metrics import ConfusionMatrix, LabelMap, frame_iou
from laecips_cloud.training.data.labelled_frames import UNLABELLED, LabelledFrame
from laecips_cloud.training.steps.held_out_rows import Assist
from laecips_edge.core.inference.scores import label_map_of, scores_at
from numpy.typing import NDArray

from laecips_eval.mask_study.true_regions import perfect_masks

MOST_WORST = 10

Logits = Callable[[NDArray[np.uint8]], NDArray[np.float32]]
"""A network: RGB uint8 [H, W, 3] -> logits float32 [M, h, w]."""


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A picture that was answered badly.

    Attributes:
        frame: picture and truth.
        answer: uint8 [H, W], the network's label map.
        iou: IoU of both, mean over the frame's classes (eq. 22).
    """

    frame: LabelledFrame
    answer: LabelMap
    iou: float


@dataclass(frozen=True, kw_only=True)
class HeldOutMeasures:
    """Confusion matrices over the same pictures, and the worst of these.

    Attributes:
        alone: of the network alone.
        assisted: of F; None: nobody asked for it.
        perfect: of F with the network's scores and masks that are cut along the truth: how far
            better masks alone can bring it.
        worst: at most ten pictures, the worst first.
    """

    alone: ConfusionMatrix
    assisted: ConfusionMatrix | None
    perfect: ConfusionMatrix
    worst: tuple[Failure, ...]


def measure_held_out(
    frames: Iterable[LabelledFrame], *, classes: int, logits: Logits, assist: Assist | None = None
) -> HeldOutMeasures:
    """Run a network and F over labelled pictures.

    Args:
        frames: pictures that the network has not learnt from; those without a label are left out.
        classes: M, number of classes.
        logits: the network.
        assist: F; None leaves it out.
    """
    alone, assisted, perfect = (ConfusionMatrix(classes) for _ in range(3))
    failures: list[tuple[float, int, Failure]] = []
    for number, frame in enumerate(frames):
        _, image, truth = frame
        if (truth == UNLABELLED).all():
            continue
        scored = logits(image)
        size = (truth.shape[0], truth.shape[1])
        answer = label_map_of(scored, size)
        alone.add(answer, truth)
        perfect.add(fuse(scores_at(scored, size), perfect_masks(truth)).label_map, truth)
        if assist is not None:
            assisted.add(assist(image, scored), truth)
        iou = frame_iou(answer, truth, classes)
        heapq.heappush(failures, (-iou, -number, Failure(frame=frame, answer=answer, iou=iou)))
        if len(failures) > MOST_WORST:
            heapq.heappop(failures)
    return HeldOutMeasures(
        alone=alone,
        assisted=None if assist is None else assisted,
        perfect=perfect,
        worst=tuple(failure for _, _, failure in sorted(failures, reverse=True)),
    )
