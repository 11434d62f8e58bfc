"""The course of a training of f: its loss, and its mIoU on pictures that it does not learn from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

import cv2
import numpy as np
import torch
from laecips_edge.core.image.tiling import Tiling
from torch import nn

from laecips_cloud.metrics import ConfusionMatrix
from laecips_cloud.networks import EdgeNetwork
from laecips_cloud.training.data.batches import normalise
from laecips_cloud.training.data.labelled_frames import LabelledFrame, fitted
from laecips_cloud.training.data.time_blocks import spread

MOST_HELD_OUT: Final = 16
"""Most held-out frames a look: more would take time from the training."""

_LOOKS: Final = 10
_LOSSES: Final = 100
_BATCH: Final = 4


@dataclass(kw_only=True)
class LearningCurve:
    """What one training notes down of itself.

    Attributes:
        held_out: frames that it does not learn from; none: only the loss is noted.
        tiling: size that robots bring a picture to, and the tiles that f takes.
        losses: (progress in [0, 1], mean loss since the one before), about a hundred.
        mious: (progress, mIoU on at most `MOST_HELD_OUT` held-out frames), about ten.
    """

    held_out: Sequence[LabelledFrame]
    tiling: Tiling
    losses: list[tuple[float, float]] = field(default_factory=list)
    mious: list[tuple[float, float]] = field(default_factory=list)
    _since: list[float] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        """Choose the frames to look at."""
        self.held_out = spread(self.held_out, MOST_HELD_OUT) if self.held_out else []

    def note(self, network: EdgeNetwork, *, done: float, loss: float) -> None:
        """Note a step down.

        Args:
            network: f, in training mode; left as it was.
            done: progress of the training, in [0, 1].
            loss: the step's loss.
        """
        self._since.append(loss)
        if not self.losses or done >= self.losses[-1][0] + 1 / _LOSSES:
            self.losses.append((done, float(np.mean(self._since))))
            self._since.clear()
        if self.held_out and (not self.mious or done >= self.mious[-1][0] + 1 / _LOOKS):
            self.mious.append((done, self._look(network)))

    def _look(self, network: EdgeNetwork) -> float:
        matrix = ConfusionMatrix(network.classes)
        device = next(network.parameters()).device
        tiles = [
            (picture.image[window], np.ascontiguousarray(picture.label[window]))
            for picture in (fitted(frame, self.tiling.picture) for frame in self.held_out)
            for window in self.tiling.windows()
        ]
        with _batch_statistics(network), torch.no_grad():
            for first in range(0, len(tiles), _BATCH):
                images, labels = zip(*tiles[first : first + _BATCH], strict=True)
                logits = network.logits_at_stride(normalise(np.stack(images)).to(device))
                for answer, label in zip(logits.argmax(1).cpu().numpy(), labels, strict=True):
                    whole = cv2.resize(
                        answer.astype(np.uint8),
                        self.tiling.tile[::-1],
                        interpolation=cv2.INTER_NEAREST,
                    )
                    matrix.add(np.asarray(whole, np.uint8), label)
        return matrix.miou()


@contextmanager
def _batch_statistics(network: nn.Module) -> Iterator[None]:
    """Let the batch norms use each batch's own statistics, and keep theirs.

    Theirs lag behind in a short training until they are settled at its end.
    """
    norms = [m for m in network.modules() if isinstance(m, nn.BatchNorm2d)]
    before = [(norm.training, norm.track_running_stats) for norm in norms]
    for norm in norms:
        norm.train()
        norm.track_running_stats = False
    try:
        yield
    finally:
        for norm, (training, tracked) in zip(norms, before, strict=True):
            norm.train(training)
            norm.track_running_stats = tracked
