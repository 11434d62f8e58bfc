"""The losses of f and h: equations 13 and 14 of the paper, and what the paper leaves open.

The paper does not define l(f, F), the loss of one frame in equation 14. Here it is what frames are
scored by, 1 - IoU: a missed scratch covers a thousandth of the picture, and would vanish in a mean
over pixels, so that h would learn to call the frame easy. On drifted drives of the inspection scene
it ranks frames as f's true IoU does (rank correlation 0.82); cross-entropy against F reached 0.35.
"""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from laecips_cloud.metrics import frame_iou
from laecips_cloud.training.data.labelled_frames import UNLABELLED


def class_weights(pixels: NDArray[np.int64]) -> Tensor:
    """Return weights that raise rare classes, but not without bound: 1 / log(1.1 + share).

    Args:
        pixels: int64 [M], number of labelled pixels of each class.

    Returns:
        float32 [M], between 1.35 (a class that covers everything) and 10.5 (an absent class). With
        the customary 1.02 the range is four times as wide, and f predicts rare classes too often.
    """
    shares = torch.from_numpy(pixels / max(int(pixels.sum()), 1)).float()
    return 1.0 / torch.log(1.1 + shares)


def segmentation_loss(
    logits: Tensor, labels: Tensor, weights: Tensor | None = None, *, dice: float = 0.0
) -> Tensor:
    """Return the loss of equation 13: class-weighted cross-entropy over the labelled pixels.

    Args:
        logits: float [N, M, H, W].
        labels: int64 [N, H, W], class index or 255.
        weights: float [M]; None: all classes have the same weight.
        dice: share of `dice_loss`, in [0, 1], which the paper does not have; the rest is
            cross-entropy.

    Returns:
        Scalar >= 0, differentiable; 0 if no pixel of the batch has a class.
    """
    if not bool((labels != UNLABELLED).any()):
        return logits.sum() * 0.0
    loss = F.cross_entropy(logits, labels, weight=weights, ignore_index=UNLABELLED)
    return loss if dice == 0.0 else (1.0 - dice) * loss + dice * dice_loss(logits, labels)


def dice_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Return one minus the soft Dice coefficient, the mean over the classes in the batch.

    See Milletari et al., "V-Net", 2016. It is a differentiable measure close to the IoU, and each
    class counts the same whatever its area. Cross-entropy counts pixels, of which a scratch has
    few; class weights that compensate for this make f predict scratches too often.

    Args:
        logits: float [N, M, H, W].
        labels: int64 [N, H, W], class index or 255; at least one pixel has a class.

    Returns:
        Scalar in [0, 1], differentiable.
    """
    labelled = (labels != UNLABELLED)[:, None]
    known = labels.masked_fill(labels == UNLABELLED, 0)
    scores = logits.softmax(1) * labelled
    truth = torch.zeros_like(scores).scatter_(1, known[:, None], 1.0) * labelled
    common, there = (scores * truth).sum((0, 2, 3)), truth.sum((0, 2, 3))
    dice = 2.0 * common / (scores.sum((0, 2, 3)) + there)
    return 1.0 - dice[there > 0].mean()


def frame_loss(label_map: NDArray[np.uint8], labels: NDArray[np.uint8], *, classes: int) -> float:
    """Return l of equation 14 for one frame: 1 - IoU of f's label map with the labels (eq. 22).

    Args:
        label_map: uint8 [H, W], f's answer.
        labels: uint8 [H, W], class index or 255.
        classes: M.

    Returns:
        In [0, 1]; 0 for a frame without a labelled pixel.
    """
    iou = frame_iou(label_map, labels, classes)
    return 0.0 if math.isnan(iou) else 1.0 - iou


def miner_loss(trust: Tensor, loss: Tensor, *, beta: float) -> Tensor:
    """Return the loss of equation 14: the mean of h * l(f, F) - beta * log h.

    The barrier -log h keeps h from calling every frame hard. It is not the Lagrangian of the
    latency bound: beta and delay_max are unrelated.

    Args:
        trust: float [N], h in [h_min, 1]; the lower bound keeps the logarithm finite.
        loss: float [N], l >= 0; no gradient flows through it.
        beta: weight of the barrier, > 0. For one frame the minimiser is h* = min(1, beta / l).

    Returns:
        Scalar, differentiable in `trust`.
    """
    return (trust * loss.detach() - beta * torch.log(trust)).mean()


def appeal_loss(q: Tensor, small: Tensor, large: Tensor, *, beta: float) -> Tensor:
    """Return AppealNet's loss (Li et al., DAC 2021): q * l(f) + (1 - q) * l(F) - beta * log q.

    The more probably f answers by itself, the more its own loss counts and the less the large
    model's; the last term makes appeals to the large model cost something.

    Args:
        q: float [N] in (0, 1], how probably f's answer is used.
        small: float [N], f's loss on each frame, >= 0.
        large: float [N], the large model's loss, >= 0.
        beta: cost of an appeal, > 0. For one frame the minimiser is q* = min(1, beta / gain) with
            gain = small - large, and 1 where the large model gains nothing.

    Returns:
        Scalar, the mean over the frames; differentiable in `q` and `small`.
    """
    return (q * small + (1.0 - q) * large - beta * torch.log(q)).mean()


def best_trust(loss: Tensor, *, beta: float, least: float) -> Tensor:
    """Return the h* that minimises equation 14 for each frame: min(1, beta / l), at least h_min.

    Args:
        loss: float [N], l >= 0.
        beta: weight of the barrier, > 0.
        least: h_min in (0, 1).

    Returns:
        float [N] in [least, 1].
    """
    return (beta / loss.clamp_min(torch.finfo(loss.dtype).tiny)).clamp(least, 1.0)
