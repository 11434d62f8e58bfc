"""Training of f, the edge network, from labelled frames (eq. 13).

Most steps use crops of half the input's height and width at random magnifications, which cost a
quarter of whole frames; the last steps use whole frames at the size that robots run.
"""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

from laecips_cloud.networks import EdgeNetwork
from laecips_cloud.networks.edge_network import MOST_STAGES
from laecips_cloud.networks.pyramid import resize
from laecips_cloud.training.data.augment import Geometry
from laecips_cloud.training.data.batches import Batch, Batches
from laecips_cloud.training.data.label_check import count_labels
from laecips_cloud.training.data.labelled_frames import LabelledFrame
from laecips_cloud.training.steps.learning_curve import LearningCurve
from laecips_cloud.training.steps.losses import class_weights, segmentation_loss
from laecips_cloud.training.steps.moved_weights import move_few
from laecips_cloud.training.steps.schedule import Schedule, one_cycle, set_learning_rate

Progress = Callable[[str], None]

_LOOKS_SEED: Final = 2**40
"""Added to the seed for the batches by which `moved` weights are chosen: no step sees the same."""


@dataclass(frozen=True, kw_only=True)
class SegmenterRecipe:
    """The settings of f's training.

    Attributes:
        input_size: (height, width) that robots run at, in pixels.
        steps: number of steps over both phases.
        seconds: time limit over both phases.
        whole_share: share of the training spent on whole frames, at the end.
        batch: crops in a step; a step on whole frames takes half as many.
        zoom: range of magnifications of the crops.
        whole_zoom: range of magnifications of the whole frames.
        rotation: largest angle to either side, in degrees; of whole frames three fifths of it.
        relit: share of the pictures that get another light, lens and sensor, in [0, 1], unless
            each frame has its own.
        relit_strength: how far such a picture may go, in (0, 1], see `augment.relight`.
        class_power: exponent of the class weights in the loss, in [0, 1]. At 1 rare classes have
            their full weight, and f predicts them too often; at 0 all weights are equal.
        dice: share of the Dice loss in the loss, in [0, 1], see `losses.dice_loss`.
        learning_rate: peak of the one-cycle schedule (Adam).
        weight_decay: decoupled, on all weights.
        loss_stride: 1, 2 or 4: distance of the pixels that the loss uses, along rows and columns;
            the first one changes from step to step. Neighbouring pixels carry almost the same
            information, and at 2 a step takes a sixth less time.
        frozen: number of the encoder's first stages that keep their weights, 0 to 5, see
            `EdgeNetwork.stages`. They detect edges and textures, which drift changes little; with
            three a step takes a third less time.
        moved: share of the weights that may move, in (0, 1], see `MovedWeights`.
        averaged: share of the training, at its end, over whose steps the weights are averaged, in
            [0, 1]; 0: the last step's weights.
        keep_norms: keep the batch norms' statistics. For a short training of a network with good
            statistics, which a few frames of one drift would spoil.
        seed: seed of the batches.
    """

    input_size: tuple[int, int]
    steps: int
    seconds: float = math.inf
    whole_share: float = 0.25
    batch: int = 8
    zoom: tuple[float, float] = (0.7, 1.3)
    whole_zoom: tuple[float, float] = (0.9, 1.25)
    rotation: float = 5.0
    relit: float = 0.5
    relit_strength: float = 1.0
    class_power: float = 0.0
    dice: float = 0.5
    learning_rate: float = 3e-3
    weight_decay: float = 1e-4
    loss_stride: int = 2
    frozen: int = 0
    moved: float = 1.0
    averaged: float = 0.15
    keep_norms: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        """Raise ValueError for the first setting that is out of range."""
        for name, bad in [
            ("steps", self.steps < 1),
            ("seconds", not self.seconds > 0),
            ("whole_share", not 0 <= self.whole_share <= 1),
            ("batch", self.batch < 2),
            ("zoom", not 0 < self.zoom[0] <= self.zoom[1]),
            ("whole_zoom", not 0 < self.whole_zoom[0] <= self.whole_zoom[1]),
            ("rotation", not 0 <= self.rotation <= 180),
            ("relit", not 0 <= self.relit <= 1),
            ("relit_strength", not 0 < self.relit_strength <= 1),
            ("class_power", not 0 <= self.class_power <= 1),
            ("dice", not 0 <= self.dice <= 1),
            ("learning_rate", not self.learning_rate > 0),
            ("frozen", not 0 <= self.frozen <= MOST_STAGES),
            ("moved", not 0 < self.moved <= 1),
            ("averaged", not 0 <= self.averaged <= 1),
            ("loss_stride", self.loss_stride not in (1, 2, 4)),
        ]:
            if bad:
                raise ValueError(f"training of f: {name} is {getattr(self, name)}: out of range")


def train_segmenter(
    network: EdgeNetwork,
    frames: Sequence[LabelledFrame],
    *,
    recipe: SegmenterRecipe,
    weights: Sequence[float] | None = None,
    relit: Sequence[float] | None = None,
    by_class: Tensor | None = None,
    clock: Callable[[], float] = time.monotonic,
    curve: LearningCurve | None = None,
    progress: Progress = lambda line: None,
) -> None:
    """Train f in place, on a CUDA device if there is one, and leave it in evaluation mode.

    Args:
        network: f; a depth branch is not trained.
        frames: the frames to train on, of any size.
        recipe: see `SegmenterRecipe`.
        weights: relative frequency of each frame; None: each frame once an epoch.
        relit: probability that each frame's picture gets another light, lens and sensor, in
            [0, 1]; None: the recipe's share.
        by_class: class weights in the loss, float32 [M], before `class_power` is applied; None:
            `class_weights` of the frames' pixels.
        clock: clock of the time limit, in seconds.
        curve: takes down the course of the training.
        progress: called with a line for people about ten times.
    """
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    network.to(device)
    if by_class is None:
        by_class = class_weights(count_labels(frame.label for frame in frames)[: network.classes])
    by_class = by_class**recipe.class_power
    network.train_all_but(recipe.frozen)
    optimiser = torch.optim.AdamW(
        [parameter for parameter in network.parameters() if parameter.requires_grad],
        lr=recipe.learning_rate,
        weight_decay=recipe.weight_decay,
        fused=True,
    )
    network.train().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    if recipe.keep_norms:
        for norm in _norms(network):
            norm.eval()
    height, width = recipe.input_size
    crops = Geometry(
        size=(_even(height / 2), _even(width / 2)), zoom=recipe.zoom, rotation=recipe.rotation
    )
    whole = Geometry(size=recipe.input_size, zoom=recipe.whole_zoom, rotation=0.6 * recipe.rotation)
    schedule = iter(Schedule(steps=recipe.steps, seconds=recipe.seconds, clock=clock))
    if relit is None:
        relit = [recipe.relit] * len(frames)
    mean = AveragedModel(network) if recipe.averaged else None
    turn, few = 1.0 - recipe.whole_share, max(2, recipe.batch // 2)
    draw = partial(
        Batches,
        frames=frames,
        relit=relit,
        relit_strength=recipe.relit_strength,
        weights=weights,
    )
    loss_of = partial(_loss, network, weights=by_class.to(device), recipe=recipe)
    if recipe.moved < 1.0:
        with draw(geometry=whole, batch=few, seed=recipe.seed + _LOOKS_SEED) as batches:
            move_few(network, optimiser, map(loss_of, batches), share=recipe.moved)
    # One schedule for both phases: the second continues where the first stopped.
    for index, (geometry, batch, until) in enumerate(
        [(crops, recipe.batch, turn), (whole, few, math.inf)]
    ):
        if until <= 0:
            continue
        with draw(geometry=geometry, batch=batch, seed=recipe.seed * 2 + index) as batches:
            _descend(
                network,
                batches,
                schedule,
                optimiser=optimiser,
                loss_of=loss_of,
                until=until,
                recipe=recipe,
                mean=mean,
                curve=curve,
                progress=progress,
            )
    if mean is not None and int(mean.n_averaged):
        network.load_state_dict(mean.module.state_dict())
    if not recipe.keep_norms:
        settle_batch_norms(
            network,
            frames,
            size=recipe.input_size,
            weights=weights,
            relit=relit,
            relit_strength=recipe.relit_strength,
            seed=recipe.seed,
        )
    network.requires_grad_(True).eval().to("cpu")


def _descend(
    network: EdgeNetwork,
    batches: Batches,
    schedule: Iterator[float],
    *,
    optimiser: torch.optim.Optimizer,
    loss_of: Callable[[Batch, int], Tensor],
    until: float,
    recipe: SegmenterRecipe,
    mean: AveragedModel | None,
    curve: LearningCurve | None,
    progress: Progress,
) -> None:
    reported = -1
    for step, (done, batch) in enumerate(zip(schedule, batches, strict=False)):
        set_learning_rate(optimiser, recipe.learning_rate * one_cycle(done))
        loss = loss_of(batch, step)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimiser.step()
        if mean is not None and done >= 1.0 - recipe.averaged:
            mean.update_parameters(network)
        if curve is not None:
            curve.note(network, done=done, loss=loss.item())
        if int(done * 10) > reported:
            reported = int(done * 10)
            progress(f"{done:4.0%} of the training, loss {loss.item():.3f}")
        if done >= until:
            return


def _loss(
    network: EdgeNetwork, batch: Batch, step: int = 0, *, weights: Tensor, recipe: SegmenterRecipe
) -> Tensor:
    """Return the loss of one batch, at the pixels whose turn it is in this step."""
    images, labels = batch
    device, stride = weights.device, recipe.loss_stride
    with fast_precision(device.type):
        coarse = network.logits_at_stride(images.to(device))
    row, column = divmod(step % stride**2, stride)
    seen = labels[:, row::stride, column::stride]
    logits = resize(coarse.float(), (seen.shape[-2], seen.shape[-1]))
    return segmentation_loss(logits, seen.to(device), weights, dice=recipe.dice)


def settle_batch_norms(
    network: nn.Module,
    frames: Sequence[LabelledFrame],
    *,
    size: tuple[int, int],
    weights: Sequence[float] | None = None,
    relit: Sequence[float] | None = None,
    relit_strength: float = 1.0,
    seed: int,
) -> None:
    """Recompute the batch norms' statistics as plain means over augmented whole frames.

    Running means lag behind in a short training, those of the pyramid (momentum 0.005) by hundreds
    of steps, and they include crops of another size.

    Args:
        network: f, left in training mode.
        frames: the frames that it was trained on.
        size: (height, width) that robots run at.
        weights: relative frequency of each frame in the training; None: all equal.
        relit: probability that each frame's picture is relit; None: 1.
        relit_strength: see `SegmenterRecipe`.
        seed: seed of the augmentation.
    """
    norms = _norms(network)
    before = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = None  # the cumulative mean
        norm.reset_running_stats()
    network.train()
    geometry = Geometry(size=size, zoom=(1.0, 1.0), rotation=0.0)
    device = next(network.parameters()).device
    with (
        torch.no_grad(),
        Batches(
            frames=frames,
            geometry=geometry,
            batch=4,
            weights=weights,
            relit=relit,
            relit_strength=relit_strength,
            seed=seed,
        ) as batches,
    ):
        for _, (images, _labels) in zip(range(12), batches, strict=False):
            network(images.to(device))
    for norm, momentum in zip(norms, before, strict=True):
        norm.momentum = momentum
        if not norm.num_batches_tracked:  # a depth branch that never ran
            norm.reset_running_stats()


def fast_precision(device: str = "cpu") -> contextlib.AbstractContextManager[object]:
    """Return bfloat16 autocast if the device (cpu or cuda) has it natively, else a no-op."""
    if device == "cuda":
        fast = torch.cuda.is_bf16_supported(including_emulation=False)
        return torch.autocast("cuda", torch.bfloat16) if fast else contextlib.nullcontext()
    able = torch.cpu.get_capabilities()
    if able.get("avx512_bf16") or able.get("amx_bf16"):
        return torch.autocast("cpu", torch.bfloat16)
    return contextlib.nullcontext()


def _norms(network: nn.Module) -> list[nn.BatchNorm2d]:
    return [m for m in network.modules() if isinstance(m, nn.BatchNorm2d)]


def _even(length: float) -> int:
    """Round up to a multiple of 32, so that each stride of the encoder gives whole pixels."""
    return max(32, math.ceil(length / 32) * 32)
