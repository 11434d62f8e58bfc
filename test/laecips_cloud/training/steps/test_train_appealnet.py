"""The joint training of f and its predictor head."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
import torch
from laecips_cloud.networks import AppealNet
from laecips_cloud.training.data.drifted_views import View
from laecips_cloud.training.data.labelled_frames import LabelledFrames
from laecips_cloud.training.steps.held_out_rows import answer_of
from laecips_cloud.training.steps.train_appealnet import AppealRecipe, train_appealnet
from laecips_edge.core.image.tiling import Tiling

SIZE = (64, 96)
ToyFrames = Callable[..., LabelledFrames]


def trained(views: Sequence[View], cloud_loss: Sequence[float], *, steps: int) -> AppealNet:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    network = AppealNet(classes=3, width=0.125)
    recipe = AppealRecipe(size=SIZE, beta=0.05, steps=steps, batch=4, learning_rate=1e-2)
    train_appealnet(network, cloud_loss, lambda number: views[number], recipe=recipe)
    return network


def dark_and_light(frames: LabelledFrames) -> list[View]:
    """The pictures, every other one so dark that f cannot know its classes."""
    return [
        View(0, np.asarray(frame.image // (1 + 7 * (i % 2)), np.uint8), frame.label)
        for i, frame in enumerate(frames[k] for k in range(len(frames)))
    ]


@pytest.mark.slow
def test_q_is_low_where_the_cloud_gains(toy_frames: ToyFrames) -> None:
    """The cloud is right about dark pictures, and about no other: these f must not appeal."""
    views = dark_and_light(toy_frames(count=8))
    network = trained(views, [1.0, 0.0] * 4, steps=80)
    assert not network.training
    unseen = dark_and_light(toy_frames(count=6, seed=1))
    qs = [answer_of(network, view.image, tiling=Tiling(SIZE))[1] or 0.0 for view in unseen]
    assert max(qs[1::2]) < 0.3
    assert min(qs[::2]) > 0.7


def test_both_f_and_its_head_learn_and_norms_keep_their_statistics(toy_frames: ToyFrames) -> None:
    torch.manual_seed(0)
    before = AppealNet(classes=3, width=0.125).state_dict()
    after = trained(dark_and_light(toy_frames(count=4)), [0.5] * 4, steps=1).state_dict()
    for name in ("backbone.conv1.weight", "logits.conv.weight", "predictor.fc.weight"):
        assert not torch.equal(before[name], after[name]), name
    for name, value in before.items():
        if "running" in name:
            assert torch.equal(value, after[name]), name
