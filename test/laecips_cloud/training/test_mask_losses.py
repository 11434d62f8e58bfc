"""Losses of a SAM's training: what is right costs least, and the best of three counts."""

import pytest
import torch
from laecips_cloud.training.mask_losses import Likeness, mask_loss, soft_iou


def square() -> torch.Tensor:
    target = torch.zeros(1, 1, 8, 8)
    target[..., 2:6, 2:6] = 1
    return target


def logits(*masks: torch.Tensor) -> torch.Tensor:
    """Three sure masks: [1, 1, 3, 8, 8]."""
    return torch.stack([20 * mask[0, 0] - 10 for mask in masks])[None, None]


def loss(masks: torch.Tensor, ratings: torch.Tensor | None = None) -> dict[str, float]:
    given = mask_loss(
        masks,
        torch.zeros(1, 1, 3) if ratings is None else ratings,
        torch.zeros(1, 1, 2, 2),
        square(),
        places=torch.ones(1, 1, 2, 2),
    )
    return {name: value.item() for name, value in given._asdict().items() if name != "ious"}


def test_the_best_of_three_is_what_counts() -> None:
    right, wrong = square(), 1 - square()
    one_right = loss(logits(wrong, right, wrong))["masks"]
    all_right = loss(logits(right, right, right))["masks"]
    none_right = loss(logits(wrong, wrong, wrong))["masks"]
    assert all_right < one_right < 0.2 * none_right


def test_masks_that_are_not_the_best_learn_too() -> None:
    masks = logits(square(), 1 - square(), 1 - square()).requires_grad_()
    mask_loss(
        masks,
        torch.zeros(1, 1, 3),
        torch.zeros(1, 1, 2, 2),
        square(),
        places=torch.ones(1, 1, 2, 2),
    ).total.backward()
    assert (masks.grad.abs().sum(dim=(0, 1, 3, 4)) > 0).all()


def test_nothing_anywhere_slopes_towards_the_region() -> None:
    masks = torch.full((1, 1, 3, 8, 8), -6.0, requires_grad=True)
    mask_loss(
        masks,
        torch.zeros(1, 1, 3),
        torch.zeros(1, 1, 2, 2),
        square(),
        places=torch.ones(1, 1, 2, 2),
    ).total.backward()
    inside = square()[0, 0] > 0
    assert masks.grad[0, 0, 0][inside].mean() < -10 * masks.grad[0, 0, 0][~inside].mean().abs()


def test_ratings_learn_the_true_iou() -> None:
    masks = logits(square(), 1 - square(), torch.zeros(1, 1, 8, 8))
    true = torch.tensor([[[1.0, 0.0, 0.0]]])
    assert loss(masks, true)["ratings"] == pytest.approx(0.0)
    assert loss(masks, 1 - true)["ratings"] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("mask", "target", "iou"),
    [
        ([1.0, 1.0, -1.0], [1.0, 1.0, 0.0], 1.0),
        ([1.0, 1.0, -1.0], [1.0, 0.0, 0.0], 0.5),
        ([1.0, -1.0, -1.0], [0.5, 0.0, 0.0], 0.5),
        ([-1.0, -1.0, -1.0], [1.0, 0.0, 0.0], 0.0),
        ([-1.0, -1.0, -1.0], [0.0, 0.0, 0.0], 0.0),
    ],
)
def test_soft_iou(mask: list[float], target: list[float], iou: float) -> None:
    assert soft_iou(torch.tensor([mask]), torch.tensor([target])).item() == pytest.approx(iou)


def test_likeness_is_highest_where_the_embedding_is_the_points_own() -> None:
    torch.manual_seed(0)
    embeddings = torch.randn(1, 16, 1, 1).expand(1, 16, 4, 4).clone()
    embeddings[..., 2:] = torch.randn(1, 16, 1, 1)
    alike = Likeness(16)(embeddings, torch.tensor([[[0.5, 0.5], [3.5, 3.5]]]))
    assert alike.shape == (1, 2, 4, 4)
    left, right = alike[0, 0], alike[0, 1]
    assert left[:, :2].min() > left[:, 2:].max()
    assert right[:, 2:].min() > right[:, :2].max()
