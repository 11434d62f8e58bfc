"""One run of the experiment: train f by one recipe on one set, and measure it."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any, Final

import numpy as np
import torch
from laecips_cloud.metrics import ConfusionMatrix
from laecips_cloud.networks import RFNet
from laecips_cloud.training.data.labelled_frames import LabelledFrame
from laecips_cloud.training.steps.held_out_rows import run
from laecips_cloud.training.steps.train_segmenter import (
    SegmenterRecipe,
    fast_precision,
    train_segmenter,
)
from laecips_edge.core.image.tiling import Tiling
from laecips_edge.core.inference.scores import label_map_of
from pydantic import BaseModel

from laecips_eval.experiments.first_training.picture_sets import PictureSet
from laecips_eval.experiments.first_training.unet import PlainUNet
from laecips_eval.experiments.first_training.variants import UNET, VARIANTS

MANY: Final = 1_000_000
"""Steps that no training reaches: its time ends it."""

_WIDTH: Final = 0.5


class Run(BaseModel):
    """The result of one run.

    Attributes:
        pictures: name of the set.
        variant: a key of `VARIANTS`.
        seconds: most processor time of the training.
        most_steps: most steps of it.
        seed: seed of weights, order and augmentation.
        steps: steps that were taken in that time.
        parameters: number of the network's weights.
        miou: on held-out pictures, data-set mIoU.
        miou_views: on drifted views of them.
        miou_met: under the drift that the set itself knows; None: it knows none.
        iou: IoU by class on held-out pictures; None: the class does not occur.
        precision: the same, share of the pixels of this answer that are right.
        recall: the same, share of the pixels of this class that were found.
    """

    pictures: str
    variant: str
    seconds: float
    most_steps: int
    seed: int
    steps: int
    parameters: int
    miou: float
    miou_views: float
    miou_met: float | None
    iou: list[float | None]
    precision: list[float | None]
    recall: list[float | None]


def measure(
    pictures: PictureSet, variant: str, *, seconds: float, most_steps: int, seed: int
) -> Run:
    """Train a network by a variant's recipe and measure it, on one thread.

    Args:
        pictures: the set.
        variant: a key of `VARIANTS`.
        seconds: most processor time of the training; what others run meanwhile does not count.
        most_steps: most steps of it.
        seed: seed of weights, order and augmentation.
    """
    height, width = pictures.input_size
    scale = VARIANTS[variant].scale
    size = (round(scale * height), round(scale * width))
    torch.manual_seed(seed)
    classes = len(pictures.classes)
    network: Any = (
        PlainUNet(classes=classes)
        if variant == UNET
        else RFNet(classes=classes, width=_WIDTH, depth=False)
    )
    steps = _count_steps(network)
    train_segmenter(
        network,
        pictures.frames,
        recipe=SegmenterRecipe(
            input_size=size,
            steps=most_steps,
            seconds=seconds,
            seed=seed,
            **VARIANTS[variant].fields,
        ),
        clock=time.process_time,
    )
    plain = score(network, pictures.held_out, size=size)
    met = score(network, pictures.met, size=size).miou() if pictures.met else None
    return Run(
        pictures=pictures.name,
        variant=variant,
        seconds=seconds,
        most_steps=most_steps,
        seed=seed,
        steps=steps[0],
        parameters=sum(parameter.numel() for parameter in network.parameters()),
        miou=plain.miou(),
        miou_views=score(network, pictures.drifted_views(), size=size).miou(),
        miou_met=met,
        iou=_known(plain.iou()),
        precision=_known(plain.precision()),
        recall=_known(plain.recall()),
    )


def score(
    network: Any, frames: Iterable[LabelledFrame], *, size: tuple[int, int]
) -> ConfusionMatrix:
    """Run a network over labelled pictures and count its answers at their own size."""
    matrix = ConfusionMatrix(network.classes)
    with fast_precision():
        for _, image, label in frames:
            logits = run(network, image, tiling=Tiling(size))
            matrix.add(label_map_of(logits, (label.shape[0], label.shape[1])), label)
    return matrix


def _count_steps(network: torch.nn.Module) -> list[int]:
    """Return a list whose one number counts the backward passes from now on."""
    steps = [0]
    last = list(network.parameters())[-1]
    last.register_hook(lambda gradient: steps.__setitem__(0, steps[0] + 1))
    return steps


def _known(values: np.ndarray) -> list[float | None]:
    return [None if np.isnan(value) else round(float(value), 4) for value in values]
