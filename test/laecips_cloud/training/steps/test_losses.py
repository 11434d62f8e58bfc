import numpy as np
import pytest
import torch
from laecips_cloud.training.steps.losses import (
    appeal_loss,
    best_trust,
    dice_loss,
    frame_loss,
    miner_loss,
    segmentation_loss,
)

BETA, LEAST = 0.3, 0.02


def logits_for(labels: torch.Tensor, classes: int, sure: float = 8.0) -> torch.Tensor:
    """Logits that are right everywhere, by a margin of `sure`."""
    known = labels.clamp_max(classes - 1)
    return torch.nn.functional.one_hot(known, classes).permute(0, 3, 1, 2).float() * sure


@pytest.mark.parametrize(
    ("loss", "expected"),
    [(0.0, 1.0), (0.1, 1.0), (0.3, 1.0), (0.6, 0.5), (3.0, 0.1), (100.0, LEAST)],
)
def test_descent_on_equation_14_finds_the_closed_form(loss: float, expected: float) -> None:
    losses = torch.tensor([loss])
    assert best_trust(losses, beta=BETA, least=LEAST).item() == pytest.approx(expected)
    raw = torch.zeros(1, requires_grad=True)
    optimiser = torch.optim.Adam([raw], lr=0.2)
    for _ in range(800):
        trust = LEAST + (1.0 - LEAST) * torch.sigmoid(raw)
        optimiser.zero_grad()
        miner_loss(trust, losses, beta=BETA).backward()
        optimiser.step()
    assert trust.item() == pytest.approx(expected, abs=0.02)


def test_equation_14_does_not_teach_f() -> None:
    loss = torch.tensor([0.5], requires_grad=True)
    trust = torch.tensor([0.5], requires_grad=True)
    miner_loss(trust, loss, beta=BETA).backward()
    assert loss.grad is None
    assert trust.grad.item() == pytest.approx(0.5 - BETA / 0.5)


@pytest.mark.parametrize(
    ("small", "large", "expected"),
    [
        (0.2, 0.2, 1.0),  # nothing to gain: never appeal
        (0.1, 0.4, 1.0),  # the large model is worse
        (0.5, 0.2, 1.0),  # a gain of beta
        (0.9, 0.3, 0.5),
        (0.9, 0.0, 1 / 3),
    ],
)
def test_descent_on_the_loss_of_appealnet_finds_the_closed_form(
    small: float, large: float, expected: float
) -> None:
    raw = torch.zeros(1, requires_grad=True)
    optimiser = torch.optim.Adam([raw], lr=0.2)
    for _ in range(800):
        q = LEAST + (1.0 - LEAST) * torch.sigmoid(raw)
        optimiser.zero_grad()
        appeal_loss(q, torch.tensor([small]), torch.tensor([large]), beta=BETA).backward()
        optimiser.step()
    assert q.item() == pytest.approx(expected, abs=0.02)


def test_in_the_loss_of_appealnet_f_learns_most_where_it_answers() -> None:
    small = torch.tensor([0.5, 0.5], requires_grad=True)
    q, large = torch.tensor([0.25, 1.0]), torch.tensor([0.1, 0.1])
    loss = appeal_loss(q, small, large, beta=BETA)
    expected = (0.25 * 0.5 + 0.75 * 0.1 - BETA * np.log(0.25) + 0.5) / 2
    assert loss.item() == pytest.approx(expected)
    loss.backward()
    assert small.grad is not None
    assert small.grad.tolist() == [0.125, 0.5]


@pytest.mark.parametrize("dice", [0.0, 0.5, 1.0])
def test_pixels_without_a_class_teach_nothing(dice: float) -> None:
    labels = torch.tensor([[[0, 1], [255, 255]]])
    logits = torch.randn(1, 3, 2, 2, generator=torch.Generator().manual_seed(0))
    logits.requires_grad_()
    segmentation_loss(logits, labels, dice=dice).backward()
    assert logits.grad[..., 0, :].abs().sum() > 0
    assert logits.grad[..., 1, :].abs().sum() == 0


def test_a_batch_without_any_class_has_no_loss() -> None:
    logits = torch.randn(1, 3, 2, 2, requires_grad=True)
    loss = segmentation_loss(logits, torch.full((1, 2, 2), 255))
    loss.backward()
    assert loss.item() == 0.0
    assert torch.isfinite(logits.grad).all()


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        # Scores of 3/4 for class 0 everywhere: 2 * 3 / (3 + 4) of it, and of the others nothing.
        ([[0, 0], [0, 0]], 1 - 6 / 7),
        ([[0, 0], [0, 255]], 1 - 4.5 / 5.25),  # what has no class does not count
        ([[0, 0], [0, 1]], 1 - (4.5 / 6 + 0.5 / 2) / 2),  # one pixel as much as three
        ([[1, 1], [1, 1]], 1 - 2 / 5),
    ],
)
def test_dice_loss(labels: list[list[int]], expected: float) -> None:
    logits = torch.log(torch.tensor([0.75, 0.25, 1e-30])).view(1, 3, 1, 1).expand(1, 3, 2, 2)
    assert dice_loss(logits, torch.tensor([labels])).item() == pytest.approx(expected, rel=1e-5)


def test_dice_has_its_share_of_the_loss() -> None:
    labels = torch.tensor([[[0, 1], [2, 255]]])
    logits = torch.randn(1, 3, 2, 2, generator=torch.Generator().manual_seed(0))
    plain, dice = segmentation_loss(logits, labels), dice_loss(logits, labels)
    for share in (0.0, 0.25, 1.0):
        loss = segmentation_loss(logits, labels, dice=share)
        torch.testing.assert_close(loss, torch.lerp(plain, dice, share))


@pytest.mark.parametrize(
    ("answer", "labels", "expected"),
    [
        ([[0, 0, 1, 1]], [[0, 0, 1, 1]], 0.0),
        ([[0, 0, 0, 0]], [[0, 0, 0, 1]], 1 - (3 / 4 + 0) / 2),  # the small class is missed
        ([[0, 0, 1, 1]], [[0, 0, 1, 255]], 0.0),
        ([[0, 1]], [[255, 255]], 0.0),
        ([[1, 1]], [[0, 0]], 1.0),
    ],
)
def test_frame_loss(answer: list[list[int]], labels: list[list[int]], expected: float) -> None:
    maps = np.array(answer, np.uint8), np.array(labels, np.uint8)
    assert frame_loss(*maps, classes=3) == pytest.approx(expected)
