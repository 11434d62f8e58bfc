"""Joint training of AppealNet: f and its predictor head, by one loss (Li et al., DAC 2021).

The loss is `appeal_loss`: q weighs f's loss on a frame, 1 - q the large model's. It is written for
classifiers; for label maps we adapt:

- A frame is appealed as a whole, so q and both losses are a frame's.
- l of f is 1 - IoU of its label map with the truth (eq. 22), as f is in that step: what frames are
  scored by, and what h learns from. IoU has no gradient: f gets that of its own loss on the frame
  instead, cross-entropy and Dice as in its first training.
- The large model is not trained; its loss on each view is taken once. It is that of the cloud whose
  gain h learns, see `HardRule`: where h learns a perfect cloud's, it is 0, which the authors call
  the black-box setting.
- f keeps its batch norms' statistics, as in each short training of a good network.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor

from laecips_cloud.networks import AppealNet
from laecips_cloud.networks.pyramid import resize
from laecips_cloud.training.data.batches import normalise
from laecips_cloud.training.data.drifted_views import View
from laecips_cloud.training.data.labelled_frames import LabelledFrame, fitted
from laecips_cloud.training.steps.losses import appeal_loss, frame_loss, segmentation_loss
from laecips_cloud.training.steps.schedule import Schedule, one_cycle
from laecips_cloud.training.steps.train_segmenter import fast_precision

_STRIDE: Final = 2
"""Distance of the pixels that the losses use, as in f's first training."""

_DICE: Final = 0.5
_LONGEST_GRADIENT: Final = 5.0


@dataclass(frozen=True, kw_only=True)
class AppealRecipe:
    """The settings of the joint training.

    Attributes:
        size: (height, width) of f's input, in pixels.
        beta: cost of an appeal, > 0: q is pulled below 1/2 where F gains more than twice this.
        steps: number of steps.
        seconds: time limit.
        batch: views in a step.
        learning_rate: peak of the one-cycle schedule (AdamW) for the predictor head.
        slower: how much slower f learns, which begins with trained weights.
        weight_decay: decoupled, on all weights.
        seed: seed of order and mirroring.
    """

    size: tuple[int, int]
    beta: float
    steps: int
    seconds: float = math.inf
    batch: int = 16
    learning_rate: float = 3e-3
    slower: float = 10.0
    weight_decay: float = 0.05
    seed: int = 0


def train_appealnet(
    network: AppealNet,
    cloud_loss: Sequence[float],
    view: Callable[[int], View],
    *,
    recipe: AppealRecipe,
    progress: Callable[[str], None] = lambda line: None,
) -> None:
    """Train f and its predictor head in place, and leave them in evaluation mode.

    Args:
        network: an AppealNet whose f is trained already.
        cloud_loss: the large model's loss on each view, N values in [0, 1].
        view: returns a view by its number in [0, N); each has a labelled pixel.
        recipe: see `AppealRecipe`.
        progress: called with a line for people about five times.
    """
    random = np.random.default_rng(recipe.seed)
    head = list(network.predictor.parameters())
    body = [it for it in network.parameters() if all(it is not other for other in head)]
    optimiser = torch.optim.AdamW(
        [{"params": head}, {"params": body}], weight_decay=recipe.weight_decay, fused=True
    )
    network.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    reported = -1
    for step, done in enumerate(Schedule(steps=recipe.steps, seconds=recipe.seconds)):
        rate = recipe.learning_rate * one_cycle(done)
        for group, slower in zip(optimiser.param_groups, (1.0, recipe.slower), strict=True):
            group["lr"] = rate / slower
        drawn = random.integers(len(cloud_loss), size=recipe.batch)
        images, labels = _stacked([view(int(i)) for i in drawn], recipe.size, random)
        large = torch.tensor([cloud_loss[i] for i in drawn])
        loss, q = _joint_loss(network, images, labels, large, step=step, beta=recipe.beta)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), _LONGEST_GRADIENT)
        optimiser.step()
        if int(done * 5) > reported:
            reported = int(done * 5)
            progress(f"{done:4.0%} of the training, loss {loss.item():.3f}, mean q {q:.2f}")
    network.eval()


def _stacked(
    views: Sequence[View], size: tuple[int, int], random: Generator
) -> tuple[Tensor, NDArray[np.uint8]]:
    """Return views at f's input size, each mirrored at random: f's input, uint8 [N, H, W]."""
    frames = [fitted(LabelledFrame("", view.image, view.label), size) for view in views]
    steps = [-1 if random.integers(2) else 1 for _ in frames]  # -1: mirrored
    images = np.stack([it.image[:, ::step] for it, step in zip(frames, steps, strict=True)])
    labels = np.stack([it.label[:, ::step] for it, step in zip(frames, steps, strict=True)])
    return normalise(images), labels


def _joint_loss(
    network: AppealNet,
    images: Tensor,
    labels: NDArray[np.uint8],
    large: Tensor,
    *,
    step: int,
    beta: float,
) -> tuple[Tensor, float]:
    """Return the loss of one batch, at the pixels whose turn it is in this step, and the mean q."""
    with fast_precision():
        coarse, q = network.logits_and_q(images)
    row, column = divmod(step % _STRIDE**2, _STRIDE)
    seen = np.ascontiguousarray(labels[:, row::_STRIDE, column::_STRIDE])
    logits = resize(coarse.float(), (seen.shape[-2], seen.shape[-1]))
    truth = torch.from_numpy(seen).long()
    smooth = torch.stack(
        [
            segmentation_loss(logits[i : i + 1], truth[i : i + 1], dice=_DICE)
            for i in range(len(seen))
        ]
    )
    answers = logits.detach().argmax(1).to(torch.uint8).numpy()
    scored = torch.tensor(
        [
            frame_loss(answer, label, classes=network.classes)
            for answer, label in zip(answers, seen, strict=True)
        ]
    )
    # It has the value of 1 - IoU, and the gradient of f's own loss.
    small = scored + smooth - smooth.detach()
    return appeal_loss(q, small, large, beta=beta), float(q.detach().mean())
