"""Trains a small SAM from random weights: a random point -> the true region that it is in."""

from __future__ import annotations

import csv
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
import torch.nn.functional as F

from laecips_cloud.networks.small_sam import ask, small_sam
from laecips_cloud.training.checkpoints import Checkpoints
from laecips_cloud.training.mask_losses import Likeness, MaskLoss, mask_loss
from laecips_cloud.training.region_prompts import RegionPicture
from laecips_cloud.training.sam_batches import Batch, batches_from
from laecips_cloud.training.sam_exam import SamExam
from laecips_cloud.training.schedule import one_cycle, set_learning_rate
from laecips_cloud.training.small_sam_settings import CurvePoint, SmallSamTraining

Progress = Callable[[str], None]

CURVE: Final = "curve.csv"
_STATE: Final = "state.pth"
_LARGEST_STEP: Final = 1.0  # norm of a gradient
_PLACE: Final = 4  # pixels of a small mask along a side of a place


@dataclass
class TrainedSam:
    """What a training made.

    Attributes:
        sam: segment-anything's `Sam`, in evaluation mode, on the CPU.
        curve: one point an exam.
        finished: whether all steps, or all the time, are used up.
    """

    sam: Any
    curve: list[CurvePoint]
    finished: bool


def train_small_sam(
    pictures: Sequence[RegionPicture],
    held_out: Sequence[RegionPicture],
    *,
    settings: SmallSamTraining,
    folder: Path,
    resume: bool = False,
    stop: Callable[[], bool] = lambda: False,
    progress: Progress = lambda line: None,
) -> TrainedSam:
    """Trains until the steps are done, the time is over or somebody says stop.

    Each step draws its prompts from a source of chance of its own, so that a training that was
    stopped and goes on gives the weights of one that was not.

    Args:
        pictures: to learn from, prepared for `settings.sizes.picture`.
        held_out: pictures for exams; nothing is learnt from them or chosen by them.
        settings: see `SmallSamTraining`.
        folder: keeps the state between runs, and `curve.csv`.
        resume: go on with the state that is there; otherwise it is deleted.
        stop: asked before each step; true keeps the state and returns.
        progress: takes a line an exam.

    Raises:
        ValueError: no pictures, or the state that is there is of other settings or damaged.
        OSError: the state cannot be written.
        ImportError: segment-anything is not installed.
    """
    if not pictures:
        raise ValueError("training of a small SAM: there is no picture with regions to learn from")
    exam = SamExam(held_out, mask=settings.sizes.mask)
    recipe = settings.recipe() | {"role": "small SAM", "frames": len(pictures)}
    Checkpoints(folder, recipe=recipe, resume=resume)
    run = _Run(settings)
    if resume and (folder / _STATE).is_file():
        run.load(folder / _STATE)
        progress(f"goes on after step {run.step}")
    losses: list[float] = []

    def examine() -> None:
        marks = exam.mark(run.sam)
        run.add(float(np.mean(losses)) if losses else float("nan"), marks.best, marks.rated)
        losses.clear()
        run.keep(folder)
        progress(line_of(run.curve[-1]))

    batches = batches_from(pictures, settings, run.step)
    while run.done < 1.0 and not stop():
        losses.append(run.take_step(next(batches)))
        if run.step % settings.exam_every == 0:
            examine()
    batches.close()
    finished = run.done >= 1.0
    if finished and (not run.curve or run.curve[-1].step < run.step):
        examine()
    run.keep(folder)
    return TrainedSam(run.sam.cpu().eval(), run.curve, finished)


def line_of(point: CurvePoint) -> str:
    """A point of the curve for people."""
    return (
        f"step {point.step}, {point.prompts} prompts: loss {point.loss:.3f}, held-out point IoU "
        f"{point.best_iou:.3f} best of three, {point.rated_iou:.3f} by its own rating"
    )


@dataclass
class _Run:
    """A training that is under way: all that its state is."""

    settings: SmallSamTraining
    step: int = 0
    curve: list[CurvePoint] = field(default_factory=list)

    def __post_init__(self) -> None:
        settings = self.settings
        self.sam = small_sam(settings.sizes, seed=settings.seed).to(settings.device)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(settings.seed)
            self.likeness = Likeness(settings.sizes.channels).to(settings.device)
        self.weights = [*self.sam.parameters(), *self.likeness.parameters()]
        self.optimiser = torch.optim.AdamW(
            self.weights, lr=settings.learning_rate, weight_decay=settings.weight_decay
        )
        self.before = (0.0, 0.0)
        self.began = _clocks()

    @property
    def spent(self) -> tuple[float, float]:
        """Seconds of the clock and of the processor, of earlier runs too."""
        (wall, cpu), (began_wall, began_cpu) = _clocks(), self.began
        return self.before[0] + wall - began_wall, self.before[1] + cpu - began_cpu

    @property
    def done(self) -> float:
        """How far it is, 1 and above is over."""
        return max(self.step / self.settings.steps, self.spent[0] / self.settings.seconds)

    def take_step(self, batch: Batch) -> float:
        """One step; gives its loss."""
        settings = self.settings
        set_learning_rate(self.optimiser, settings.learning_rate * one_cycle(min(1.0, self.done)))
        self.sam.train()
        loss = _loss(self.sam, self.likeness, batch, settings).total
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.weights, _LARGEST_STEP)
        self.optimiser.step()
        self.step += 1
        return loss.item()

    def add(self, loss: float, best_iou: float, rated_iou: float) -> None:
        """Adds a point to the curve."""
        seen = self.step * self.settings.pictures * self.settings.prompts
        self.curve.append(CurvePoint(self.step, seen, loss, best_iou, rated_iou, *self.spent))

    def keep(self, folder: Path) -> None:
        """Writes the state, all or nothing, and the curve as a table."""
        state = {
            "step": self.step,
            "spent": list(self.spent),
            "curve": [list(point) for point in self.curve],
            "sam": self.sam.state_dict(),
            "likeness": self.likeness.state_dict(),
            "optimiser": self.optimiser.state_dict(),
        }
        draft = folder / f"{_STATE}.part"
        torch.save(state, draft)
        os.replace(draft, folder / _STATE)
        with (folder / CURVE).open("w", newline="", encoding="utf-8") as file:
            table = csv.writer(file)
            table.writerow(CurvePoint._fields)
            table.writerows(self.curve)

    def load(self, path: Path) -> None:
        """Takes up a state."""
        try:
            state = torch.load(path, map_location=self.settings.device, weights_only=True)
            self.sam.load_state_dict(state["sam"])
            self.likeness.load_state_dict(state["likeness"])
            self.optimiser.load_state_dict(state["optimiser"])
            self.curve = [CurvePoint(*point) for point in state["curve"]]
            self.before = (float(state["spent"][0]), float(state["spent"][1]))
            self.step = int(state["step"])
        except Exception as error:  # torch's reader has no common base of its errors but this one
            raise ValueError(
                f"{path}: not the state of a training ({type(error).__name__}); train without "
                "--resume"
            ) from error


def _loss(sam: Any, likeness: Likeness, batch: Batch, settings: SmallSamTraining) -> MaskLoss:
    device = torch.device(settings.device)
    pictures, points = batch.pictures.to(device).float(), batch.points.to(device)
    targets = batch.targets.to(device)
    # A GPU is several times as fast in bfloat16, and the sums of the losses stay float32.
    with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
        answer = ask(sam, pictures, points)
        alike = likeness(answer.embeddings, points / settings.sizes.patch)
    height, width = targets.shape[-2:]
    places = F.avg_pool2d(targets, _PLACE, ceil_mode=True)
    rows, columns = places.shape[-2:]
    return mask_loss(
        answer.logits[..., :height, :width].float(),
        answer.ious.float(),
        alike[..., :rows, :columns].float(),
        targets,
        places=places,
    )


def _clocks() -> tuple[float, float]:
    return time.monotonic(), time.process_time()
