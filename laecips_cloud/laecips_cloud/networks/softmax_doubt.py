"""How much f's softmax doubts its own answer: maps for the miner to read, and numbers of a frame.

The numbers hold what the baselines `spp`, `sm` and `mess` see, and the *expected IoU*: the IoU of
f's label map with a truth that is drawn, pixel by pixel, from f's own softmax. It counts each class
alike, as mIoU does, so that a small part in doubt weighs as much as a large one.
"""

from __future__ import annotations

import math

import torch

MAPS = 3
"""Number of maps: 1 - largest softmax, 1 - margin, entropy."""

EXPECTED_LOSS = 4
"""Index of 1 - expected IoU among the numbers of a frame."""

_MEANS = 5
_SURE = 0.9  # as in `miners.MESS_PIXEL_CONFIDENCE`
_LEAST = 1e-6


def numbers(classes: int) -> int:
    """Return how many numbers a frame has: five of the whole frame, two of each class."""
    return _MEANS + 2 * classes


def softmax_of(logits: torch.Tensor) -> torch.Tensor:
    """Return the softmax over the classes: float32 [N, M, h, w] of the same.

    Written out: ONNX Runtime's own over the second axis turns the array round and back, which took
    a fifth of the miner's time.
    """
    powers = (logits - logits.amax(1, keepdim=True)).exp()
    return powers / powers.sum(1, keepdim=True)


def doubt_maps(softmax: torch.Tensor) -> torch.Tensor:
    """Return the doubt of each pixel.

    Args:
        softmax: float32 [N, M, h, w], f's softmax at stride.

    Returns:
        float32 [N, MAPS, h, w] in [0, 1]: 1 - largest, 1 - (largest - second largest), and the
        entropy as a share of the largest possible.
    """
    largest = softmax.amax(1, keepdim=True)
    second = torch.where(softmax >= largest, 0.0, softmax).amax(1, keepdim=True)
    entropy = -(softmax * (softmax + _LEAST).log()).sum(1, keepdim=True) / math.log(
        softmax.shape[1]
    )
    # Doubts are near 0 where confidences are near 1: an engine of 8 bits of mantissa keeps more.
    return torch.cat([1 - largest, 1 - largest + second, entropy], dim=1)


def doubt_numbers(softmax: torch.Tensor, maps: torch.Tensor) -> torch.Tensor:
    """Return the numbers of each frame.

    Args:
        softmax: float32 [N, M, h, w], f's softmax at stride.
        maps: `doubt_maps` of it.

    Returns:
        float32 [N, numbers(M)] in [0, 1]: the means of the maps (1 - SPP, 1 - SM, entropy); the
        share of unsure pixels (1 - MESS); 1 - expected IoU, the mean over the classes of the label
        map; of each class 1 - its expected IoU, 0 where the label map lacks it; and its largest
        softmax.
    """
    answer = (softmax >= softmax.amax(1, keepdim=True)).float()
    both = (answer * softmax).sum((2, 3))
    either = answer.sum((2, 3)) + softmax.sum((2, 3)) - both
    there = answer.amax((2, 3))
    loss = there * (1 - both / either.clamp(min=_LEAST))
    unsure = (maps[:, 0] >= 1 - _SURE).float().mean((1, 2))
    mean_loss = loss.sum(1) / there.sum(1)
    frame = torch.cat(
        [maps.mean((2, 3)), unsure.unsqueeze(1), mean_loss.unsqueeze(1)],
        dim=1,
    )
    return torch.cat([frame, loss, softmax.amax((2, 3))], dim=1)
