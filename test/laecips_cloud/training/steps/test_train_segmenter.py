from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest
import torch
from laecips_cloud.metrics import ConfusionMatrix
from laecips_cloud.networks import RFNet
from laecips_cloud.training.data.batches import Batches, normalise
from laecips_cloud.training.data.label_check import count_labels
from laecips_cloud.training.data.labelled_frames import LabelledFrame
from laecips_cloud.training.steps import train_segmenter as train_segmenter_module
from laecips_cloud.training.steps.held_out_rows import run
from laecips_cloud.training.steps.learning_curve import LearningCurve
from laecips_cloud.training.steps.losses import class_weights, segmentation_loss
from laecips_cloud.training.steps.train_segmenter import (
    SegmenterRecipe,
    train_segmenter,
)
from laecips_edge.core.image.tiling import Tiling
from laecips_edge.core.inference.scores import label_map_of

pytestmark = pytest.mark.slow

SIZE = (64, 96)
ToyFrames = Callable[..., Sequence[LabelledFrame]]


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


def tiny_rfnet(depth: bool = False) -> RFNet:
    torch.manual_seed(0)
    return RFNet(classes=3, width=0.125, depth=depth)


def test_f_learns_what_it_has_not_seen(toy_frames: ToyFrames) -> None:
    network = tiny_rfnet()
    lines: list[str] = []
    train_segmenter(
        network,
        toy_frames(count=8),
        recipe=SegmenterRecipe(input_size=SIZE, steps=80, learning_rate=5e-3),
        progress=lines.append,
    )
    assert not network.training
    assert lines[0].startswith("  0% of the training, loss ")
    matrix = ConfusionMatrix(3)
    for _, image, label in toy_frames(count=4, seed=1):
        matrix.add(label_map_of(run(network, image, tiling=Tiling(SIZE)), SIZE), label)
    assert matrix.miou() > 0.6


def test_a_seed_trains_the_same_f_on_one_thread(toy_frames: ToyFrames) -> None:
    def train(seed: int) -> torch.Tensor:
        network = tiny_rfnet()
        recipe = SegmenterRecipe(input_size=SIZE, steps=3, batch=2, seed=seed)
        train_segmenter(network, toy_frames(count=3), recipe=recipe)
        return torch.cat([p.detach().flatten() for p in network.parameters()])

    one, two, other = train(1), train(1), train(2)
    assert torch.equal(one, two)
    assert not torch.equal(one, other)


@pytest.mark.parametrize(
    ("whole_share", "sizes"),
    [
        # Half of each side, up to what f's strides divide.
        (0.0, {(4, 32, 64)}),
        (0.5, {(4, 32, 64), (2, *SIZE)}),
        (1.0, {(2, *SIZE)}),  # no crop is drawn, not even the first
    ],
)
def test_crops_first_and_whole_frames_last(
    toy_frames: ToyFrames,
    monkeypatch: pytest.MonkeyPatch,
    whole_share: float,
    sizes: set[tuple[int, ...]],
) -> None:
    seen = []

    def spy(
        logits: torch.Tensor, labels: torch.Tensor, weights: torch.Tensor, *, dice: float
    ) -> torch.Tensor:
        seen.append(tuple(labels.shape))
        return segmentation_loss(logits, labels, weights, dice=dice)

    monkeypatch.setattr(train_segmenter_module, "segmentation_loss", spy)
    recipe = SegmenterRecipe(
        input_size=SIZE, steps=4, batch=4, whole_share=whole_share, loss_stride=1
    )
    train_segmenter(tiny_rfnet(), toy_frames(count=3), recipe=recipe)
    assert set(seen) == sizes
    assert len(seen) == 4


@pytest.mark.parametrize("power", [0.0, 0.5, 1.0])
def test_weights_of_the_classes_have_a_power(
    toy_frames: ToyFrames, monkeypatch: pytest.MonkeyPatch, power: float
) -> None:
    seen = []

    def spy(
        logits: torch.Tensor, labels: torch.Tensor, weights: torch.Tensor, *, dice: float
    ) -> torch.Tensor:
        seen.append(weights)
        return segmentation_loss(logits, labels, weights, dice=dice)

    monkeypatch.setattr(train_segmenter_module, "segmentation_loss", spy)
    frames = toy_frames(count=3)
    recipe = SegmenterRecipe(input_size=SIZE, steps=1, batch=2, class_power=power)
    train_segmenter(tiny_rfnet(), frames, recipe=recipe)
    full = class_weights(count_labels(frame.label for frame in frames)[:3])
    assert full[0] < full[1]  # there is more ground than red
    torch.testing.assert_close(seen[0], full**power)


@pytest.mark.parametrize(("stride", "size"), [(1, (64, 96)), (2, (32, 48)), (4, (16, 24))])
def test_the_loss_looks_at_every_pixel_in_turn(
    stride: int, size: tuple[int, int], toy_frames: ToyFrames, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[torch.Tensor] = []

    def spy(
        logits: torch.Tensor, labels: torch.Tensor, weights: torch.Tensor, *, dice: float
    ) -> torch.Tensor:
        assert logits.shape[-2:] == labels.shape[-2:] == size
        seen.append(labels)
        return segmentation_loss(logits, labels, weights, dice=dice)

    def numbered(self: Batches) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        while True:
            yield (
                torch.zeros(2, 3, *SIZE),
                (torch.arange(64 * 96) % 3).view(1, *SIZE).expand(2, -1, -1),
            )

    monkeypatch.setattr(train_segmenter_module, "segmentation_loss", spy)
    monkeypatch.setattr(Batches, "__iter__", numbered)
    recipe = SegmenterRecipe(
        input_size=SIZE, steps=stride**2, batch=2, whole_share=1.0, loss_stride=stride
    )
    train_segmenter(tiny_rfnet(), toy_frames(count=2), recipe=recipe)
    label = (torch.arange(64 * 96) % 3).view(SIZE)
    parts = [
        label[row::stride, column::stride] for row in range(stride) for column in range(stride)
    ]
    assert len(seen) == len(parts)
    assert all(torch.equal(labels[0], part) for labels, part in zip(seen, parts, strict=True))


def test_a_depth_branch_is_left_alone(toy_frames: ToyFrames) -> None:
    network, before = tiny_rfnet(depth=True), tiny_rfnet(depth=True).state_dict()
    recipe = SegmenterRecipe(input_size=SIZE, steps=2, batch=2)
    train_segmenter(network, toy_frames(count=2), recipe=recipe)
    after = network.state_dict()
    assert torch.equal(after["backbone.conv1_d.weight"], before["backbone.conv1_d.weight"])
    assert torch.equal(after["backbone.bn1_d.running_var"], before["backbone.bn1_d.running_var"])
    assert not torch.equal(after["backbone.conv1.weight"], before["backbone.conv1.weight"])


def test_stages_of_the_encoder_can_keep_their_weights(toy_frames: ToyFrames) -> None:
    network = tiny_rfnet()
    before = {name: weight.clone() for name, weight in network.named_parameters()}
    recipe = SegmenterRecipe(input_size=SIZE, steps=2, batch=2, frozen=3)
    train_segmenter(network, toy_frames(count=2), recipe=recipe)
    kept = {
        name for name, weight in network.named_parameters() if torch.equal(weight, before[name])
    }
    stages = [f"backbone.{part}." for part in ("conv1", "bn1", "layer1", "layer2")]
    assert kept == {name for name in before if name.startswith(tuple(stages))}
    assert all(weight.requires_grad for weight in network.parameters())


def test_batch_norms_end_with_the_statistics_of_whole_frames(toy_frames: ToyFrames) -> None:
    network = tiny_rfnet()
    recipe = SegmenterRecipe(input_size=SIZE, steps=1, batch=2)
    train_segmenter(network, toy_frames(count=4), recipe=recipe)
    norm = network.get_submodule("backbone.spp.spp.spp_fuse.norm")
    assert norm.momentum == 0.005
    # After one step at momentum 0.005 a running variance would still be 0.995 or more.
    assert float(norm.running_var.min()) < 0.9 or float(norm.running_var.max()) > 1.1
    assert all(torch.isfinite(t).all() for t in network.state_dict().values())


def test_batch_norms_end_with_the_statistics_of_what_was_drawn_in_its_light() -> None:
    """Else an f that learnt in one light has the statistics of another."""
    plain, other = (
        LabelledFrame(str(grey), np.full((*SIZE, 3), grey, np.uint8), np.zeros(SIZE, np.uint8))
        for grey in (60, 220)
    )
    network = tiny_rfnet()
    recipe = SegmenterRecipe(input_size=SIZE, steps=1, batch=2)
    train_segmenter(network, [plain, other], recipe=recipe, weights=[1.0, 0.0], relit=[0.0, 1.0])
    with torch.inference_mode():
        stem = network.get_submodule("backbone.conv1")(normalise(plain.image[None]))
    mean = network.get_submodule("backbone.bn1").running_mean
    torch.testing.assert_close(mean, stem.mean((0, 2, 3)), rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize(("relit", "expected"), [(None, {0.25}), ([0.5, 0.0], {0.5, 0.0})])
def test_pictures_are_relit_as_the_recipe_or_the_caller_says(
    toy_frames: ToyFrames,
    monkeypatch: pytest.MonkeyPatch,
    relit: list[float] | None,
    expected: set[float],
) -> None:
    asked: list[tuple[set[float], float]] = []
    made = Batches.__init__

    def spy(self: Batches, **options: Any) -> None:
        asked.append((set(options["relit"]), options["relit_strength"]))
        made(self, **options)

    monkeypatch.setattr(Batches, "__init__", spy)
    recipe = SegmenterRecipe(input_size=SIZE, steps=2, batch=2, relit=0.25, relit_strength=0.5)
    train_segmenter(tiny_rfnet(), toy_frames(count=2), recipe=recipe, relit=relit)
    assert asked  # the crops, the whole frames, and what settles the batch norms
    assert all(one == (expected, 0.5) for one in asked)


def test_weights_are_averaged_over_the_last_steps(toy_frames: ToyFrames) -> None:
    def train(averaged: float, steps: int) -> torch.Tensor:
        network = tiny_rfnet()
        recipe = SegmenterRecipe(
            input_size=SIZE, steps=steps, batch=2, whole_share=1.0, averaged=averaged
        )
        curve = LearningCurve(held_out=[], tiling=Tiling(SIZE))
        train_segmenter(network, toy_frames(count=3), recipe=recipe, curve=curve)
        assert [done for done, _ in curve.losses] == [step / steps for step in range(steps)]
        return network.state_dict()["backbone.conv1.weight"]

    start = tiny_rfnet().state_dict()["backbone.conv1.weight"]
    last, mean = train(0.0, 4), train(1.0, 4)
    assert torch.norm(mean - start) < torch.norm(last - start)
    assert torch.norm(mean - start) > 0


def test_the_time_limit_has_the_callers_clock(toy_frames: ToyFrames) -> None:
    """A training beside other load may count processor time."""
    ticks = iter(range(1000))
    curve = LearningCurve(held_out=[], tiling=Tiling(SIZE))
    train_segmenter(
        tiny_rfnet(),
        toy_frames(count=2),
        recipe=SegmenterRecipe(input_size=SIZE, steps=1000, batch=2, seconds=5.0),
        clock=lambda: float(next(ticks)),
        curve=curve,
    )
    assert [done for done, _ in curve.losses] == pytest.approx([0.0, 0.2, 0.4, 0.6, 0.8])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"steps": 1, "frozen": 6}, "frozen is 6"),
        ({"steps": 0}, "steps is 0"),
        ({"steps": 1, "batch": 1}, "batch is 1"),
        ({"steps": 1, "seconds": 0.0}, "seconds is 0.0"),
        ({"steps": 1, "whole_share": 1.5}, "whole_share is 1.5"),
        ({"steps": 1, "class_power": 1.5}, "class_power is 1.5"),
        ({"steps": 1, "dice": -0.1}, "dice is -0.1"),
        ({"steps": 1, "loss_stride": 3}, "loss_stride is 3"),
        ({"steps": 1, "whole_zoom": (1.2, 0.9)}, "whole_zoom is"),
        ({"steps": 1, "rotation": -1.0}, "rotation is -1.0"),
        ({"steps": 1, "relit": 1.1}, "relit is 1.1"),
        ({"steps": 1, "relit_strength": 0.0}, "relit_strength is 0.0"),
        ({"steps": 1, "averaged": 2.0}, "averaged is 2.0"),
    ],
)
def test_settings_out_of_range_are_named(options: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SegmenterRecipe(input_size=SIZE, **options)  # type: ignore[arg-type]
