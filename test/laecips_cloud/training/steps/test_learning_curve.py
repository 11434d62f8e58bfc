from collections.abc import Callable, Sequence

import numpy as np
import pytest
import torch
from laecips_cloud.networks import RFNet
from laecips_cloud.training.data.labelled_frames import LabelledFrame
from laecips_cloud.training.steps.learning_curve import MOST_HELD_OUT, LearningCurve
from laecips_edge.core.image.tiling import Tiling

SIZE = (64, 96)
ToyFrames = Callable[..., Sequence[LabelledFrame]]


@pytest.fixture
def network() -> RFNet:
    torch.manual_seed(0)
    return RFNet(classes=3, width=0.125, depth=False).train()


def test_losses_between_two_points_are_averaged(network: RFNet) -> None:
    curve = LearningCurve(held_out=[], tiling=Tiling(SIZE))
    for step in range(1000):
        curve.note(network, done=step / 1000, loss=float(step))
    places, losses = zip(*curve.losses, strict=True)
    assert len(losses) == pytest.approx(100, abs=10)
    assert np.diff(places).min() > 0.0099
    assert losses[0] == 0.0
    assert losses[1] == np.mean(range(1, round(places[1] * 1000) + 1))
    assert curve.mious == []


def test_a_look_leaves_the_network_as_it_was(network: RFNet, toy_frames: ToyFrames) -> None:
    network.get_submodule("backbone.bn1").eval()  # as where the statistics are kept
    before = {name: value.clone() for name, value in network.state_dict().items()}
    modes = [module.training for module in network.modules()]
    curve = LearningCurve(held_out=toy_frames(count=5, size=(48, 80)), tiling=Tiling(SIZE))
    for done in (0.0, 0.05, 0.2, 0.9):
        curve.note(network, done=done, loss=1.0)
    assert [done for done, _ in curve.mious] == [0.0, 0.2, 0.9]
    assert all(0.0 <= miou <= 1.0 for _, miou in curve.mious)
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    assert [module.training for module in network.modules()] == modes


def test_only_a_few_pictures_are_looked_at(toy_frames: ToyFrames) -> None:
    curve = LearningCurve(held_out=toy_frames(count=40, size=(8, 8)), tiling=Tiling(SIZE))
    names = [frame.name for frame in curve.held_out]
    assert len(names) == MOST_HELD_OUT
    assert {names[0], names[-1]} == {"0-0", "0-39"}  # spread over all of them
