"""What a SAM is taught by: three masks a point, of which the best is held to account.

Focal loss and dice, which SAM was trained with, leave a network of random weights where it is for
hundreds of steps: nearly all pixels are outside, so that "nothing anywhere" is a good answer to the
former, and the latter hardly slopes there. Two more terms get it off that plateau: a cross-entropy
in which inside and outside weigh the same, and one that teaches the encoder alone which places
belong together.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

_OF_OTHERS: Final = 0.05  # weight of the masks that are not the best: none is left behind for good
_OF_RATINGS: Final = 0.5
_OF_LIKENESS: Final = 0.5


class MaskLoss(NamedTuple):
    """The loss and what it is made of, scalars but for the last.

    Attributes:
        total: to be minimised.
        masks: of the best of three.
        ratings: of the network's own guesses.
        likeness: of the encoder's places.
        ious: [P, N, 3], what the guesses should have been.
    """

    total: Tensor
    masks: Tensor
    ratings: Tensor
    likeness: Tensor
    ious: Tensor


class Likeness(nn.Module):
    """Which places of an embedding are of the region that a point is in? Only for the training."""

    def __init__(self, channels: int, *, features: int = 32) -> None:
        super().__init__()
        self.project = nn.Conv2d(channels, features, 1)
        self.scale = nn.Parameter(torch.tensor(5.0))
        self.shift = nn.Parameter(torch.tensor(-2.0))

    def forward(self, embeddings: Tensor, points: Tensor) -> Tensor:
        """Logits of places.

        Args:
            embeddings: [P, C, g, g].
            points: [P, N, 2] as x, y, in places.

        Returns:
            [P, N, g, g]
        """
        features = F.normalize(self.project(embeddings), dim=1)
        at = (2 * points / features.shape[-1] - 1)[:, :, None]
        here = F.grid_sample(features, at, padding_mode="border", align_corners=False)
        here = F.normalize(here[..., 0], dim=1)  # [P, F, N]
        alike = here.transpose(1, 2) @ features.flatten(2)
        return (self.scale * alike + self.shift).unflatten(2, features.shape[2:])


def mask_loss(
    logits: Tensor, ratings: Tensor, likeness: Tensor, targets: Tensor, *, places: Tensor
) -> MaskLoss:
    """The loss of some points.

    Args:
        logits: [P, N, 3, m, n], cut to what shows some of the picture.
        ratings: [P, N, 3], the network's own guess at the IoU of each.
        likeness: [P, N, g, g], from `Likeness`, cut likewise.
        targets: [P, N, m, n] in [0, 1], how much of a pixel is inside.
        places: [P, N, g, g], the same for places.
    """
    wanted = targets[:, :, None].expand_as(logits)
    each = _mask_terms(logits, wanted)
    masks = each.amin(dim=2).mean() + _OF_OTHERS * each.mean()
    ious = soft_iou(logits.detach(), wanted)
    of_ratings = F.mse_loss(ratings, ious)
    of_likeness = _balanced(likeness, places).mean()
    total = masks + _OF_RATINGS * of_ratings + _OF_LIKENESS * of_likeness
    return MaskLoss(total, masks, of_ratings, of_likeness, ious)


def soft_iou(logits: Tensor, targets: Tensor) -> Tensor:
    """IoU of masks, above 0 inside, with what partly covers its pixels: [..., m, n] -> [...]."""
    inside = (logits > 0).to(targets.dtype)
    common = (inside * targets).sum(dim=(-2, -1))
    either = (inside + targets - inside * targets).sum(dim=(-2, -1))
    return common / either.clamp(min=1e-6)


def _mask_terms(logits: Tensor, targets: Tensor) -> Tensor:
    """Cross-entropy, the same with inside and outside alike, and dice: [..., m, n] -> [...]."""
    plain = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    inside = logits.sigmoid()
    common = (inside * targets).sum(dim=(-2, -1))
    both = inside.sum(dim=(-2, -1)) + targets.sum(dim=(-2, -1))
    dice = 1 - (2 * common + 1) / (both + 1)
    return plain.mean(dim=(-2, -1)) + _weighed(plain, targets) + dice


def _balanced(logits: Tensor, targets: Tensor) -> Tensor:
    plain = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    return _weighed(plain, targets)


def _weighed(losses: Tensor, targets: Tensor) -> Tensor:
    """Mean of the mean inside and the mean outside: [..., m, n] -> [...]."""
    outside = 1 - targets
    of_inside = (losses * targets).sum(dim=(-2, -1)) / targets.sum(dim=(-2, -1)).clamp(min=1e-3)
    of_outside = (losses * outside).sum(dim=(-2, -1)) / outside.sum(dim=(-2, -1)).clamp(min=1e-3)
    return (of_inside + of_outside) / 2
