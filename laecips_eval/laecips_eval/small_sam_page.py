"""A page about the training of a small SAM: its curve, where it leads, and the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from laecips_cloud.training.small_sam_settings import CurvePoint, SmallSamTraining

from laecips_eval.small_sam_verdict import OPTIONS, SMALL, Verdict

_ROWS: Final = 16  # of the curve, at most
_AIMS: Final = (300_000, 1_000_000, 4_000_000)  # prompts

INTRODUCTION: Final = """# A small SAM of our own

`laecips train-sam` trains a SAM from random weights: segment-anything's own classes, sizes for one
core of a processor, on the inspection generator's `teacher` split (drifts, parts that no bag
shows). It is shipped only if it **beats `graph`** on held-out scenes in mean best IoU per true
region and in fused mIoU with the shipped teacher's scores, within 150 ms a frame on one core and
10 MB in float16. Nothing here is of a picture that is replayed, and nothing was chosen by a figure
of this page.
"""

_RECIPE: Final = """## The recipe

- A picture is resized to {picture} pixels on its longer side and cut into patches of {patch};
  {grid} x {grid} places give masks of {mask} x {mask}. True regions brought to that size and back
  have a mean IoU of {ceiling:.3f} with themselves; with masks half as large it is {half:.3f}.
- A prompt is a point in a true region (connected, of one class, 50 pixels or more), drawn over the
  regions, not over the pixels. Pictures are mirrored, and half of the time put into another light.
- The best of three masks is held to account (cross-entropy, the same with inside and outside alike,
  dice), the others for a twentieth; SAM's rating of each learns its true IoU. A head that only the
  training has learns which places of the embedding are of one region.
- The decoder's attention is as wide as its channels; SAM's is half as wide.
- AdamW, one cycle up to a learning rate of {rate:g}, gradients cut at norm 1; on a GPU in bfloat16.

Tried on a smaller network of the kind and left out: higher frequencies to write down where a point
is (worse), a click map beside the point in the first half (no gain), attention that begins as a
comparison of places (no gain).
"""


def page(
    settings: SmallSamTraining,
    curve: Sequence[CurvePoint],
    verdict: Verdict,
    *,
    frames: int,
    ceilings: tuple[float, float],
) -> str:
    """The whole page.

    Args:
        settings: of the training.
        curve: at least one point.
        verdict: see `Verdict`.
        frames: that it learnt from.
        ceilings: what masks of its size, and of half that size, could reach at most, see `ceiling`.
    """
    sizes = settings.sizes
    recipe = _RECIPE.format(
        picture=sizes.picture,
        patch=sizes.patch,
        grid=sizes.grid,
        mask=sizes.mask,
        ceiling=ceilings[0],
        half=ceilings[1],
        rate=settings.learning_rate,
    )
    return "\n".join([
        INTRODUCTION,
        _bottom_line(settings, curve, verdict),
        _verdict(verdict),
        _curve(settings, curve, frames, ceilings[0]),
        recipe,
        _command(settings, frames),
    ])  # fmt: skip


def doubling(curve: Sequence[CurvePoint]) -> float | None:
    """What each doubling of the prompts added to the best of three's IoU, of the curve's second
    half in doublings; None where there are too few points to say.

    Example:
        >>> points = [CurvePoint(n, 2**n, 0.0, 0.1 * n, 0.0, 0.0, 0.0) for n in range(1, 7)]
        >>> round(doubling(points), 3)
        0.1
    """
    if len(curve) < 4:
        return None
    doublings = np.log2([point.prompts for point in curve])
    late = doublings >= (doublings[0] + doublings[-1]) / 2
    if np.count_nonzero(late) < 3:
        return None
    ious = np.array([point.best_iou for point in curve])
    return float(np.polyfit(doublings[late], ious[late], 1)[0])


def _bottom_line(settings: SmallSamTraining, curve: Sequence[CurvePoint], verdict: Verdict) -> str:
    last = curve[-1]
    if settings.device == "cpu":
        where = (
            f"No GPU was at hand: this is {last.prompts:,} prompts in "
            f"{last.cpu_seconds / 60:.0f} minutes of one core, of the millions that it needs."
        )
    else:
        where = f"Trained on {last.prompts:,} prompts in {last.seconds / 60:.0f} minutes."
    said = (
        "**It clears all bars** and can be shipped."
        if verdict.ship
        else "**It does not clear all bars**: `graph` stays the default, no weights are shipped."
    )
    if last.step < settings.steps:
        cut = (
            f"cut short at step {last.step} of {settings.steps}, before its learning rate came down"
        )
        where += f"\nIt was {cut}."
    return f"{where}\n{said}\n"


_AGAINST: Final = """## Against `graph`

{frames} frames of `held_out`. *best IoU*: mean over the true regions of the IoU with the mask that
fits each best. *fused mIoU*: of F with the teacher's scores, within the usual bounds of the vote.
*ms*: of one core, median, the choice of prompts included, the scores not.
"""

_MEASURES: Final = """## The curve

{frames} frames, {pictures} pictures of {prompts} prompts a step, on {device}. *point IoU*: of
held-out points with the region that each is in, of the best of the three masks and of the one that
the network rates highest.
"""

_OUTLOOK: Final = """
In its second half each doubling of the prompts added {slope:.3f} to the best of three. Were it to
go on like that, a straight line over the logarithm of the prompts, it would be
{told}.
That is a guess: such lines bend, masks of this size end at {ceiling:.2f}, and the learning rate
comes down at the end of every training, to which the last points owe a part of their height.
"""


def _verdict(verdict: Verdict) -> str:
    lines = [
        _AGAINST.format(frames=verdict.frames),
        "| masks by | masks | best IoU | fused mIoU | ms |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {side.masks_by} | {side.masks:.0f} | {side.best_iou:.3f} | {side.miou:.3f} | "
        f"{side.milliseconds:.0f} |"
        for side in verdict.sides
    ]
    lines += ["", "| has to be | is | |", "|---|---|---|"]
    lines += [
        f"| {wanted} | {found} | {'yes' if cleared else 'no'} |"
        for wanted, found, cleared in verdict.bars()
    ]
    options = ", ".join(f"`{name}={value}`" for name, value in OPTIONS.items())
    said = f"The small SAM runs as `sam_onnx` with\n{options}."
    if not verdict.side(SMALL).masks:
        said += "\nIt trusts none of its masks that far: what it has learnt does not get through."
    return "\n".join([*lines, "", said, ""])


def _curve(
    settings: SmallSamTraining, curve: Sequence[CurvePoint], frames: int, ceiling: float
) -> str:
    lines = [
        _MEASURES.format(
            frames=frames,
            pictures=settings.pictures,
            prompts=settings.prompts,
            device="one core" if settings.device == "cpu" else settings.device,
        ),
        "| step | prompts | loss | point IoU, best | by rating | minutes of the processor |",
        "|---|---|---|---|---|---|",
    ]
    chosen = np.unique(np.linspace(0, len(curve) - 1, min(_ROWS, len(curve))).round().astype(int))
    lines += [
        f"| {point.step} | {point.prompts:,} | {point.loss:.2f} | {point.best_iou:.3f} | "
        f"{point.rated_iou:.3f} | {point.cpu_seconds / 60:.1f} |"
        for point in (curve[index] for index in chosen)
    ]
    return "\n".join([*lines, _outlook(curve, ceiling)])


def _outlook(curve: Sequence[CurvePoint], ceiling: float) -> str:
    slope, last = doubling(curve), curve[-1]
    if slope is None or slope <= 0:
        return "\nThe curve is too short, or too flat, to say where it leads.\n"
    told = []
    for aim in _AIMS:
        iou = last.best_iou + slope * np.log2(aim / last.prompts)
        if aim > last.prompts:
            told.append(f"{iou:.2f} with {aim:,}" if iou < ceiling else f"at its end with {aim:,}")
    return _OUTLOOK.format(
        slope=slope, ceiling=ceiling, told=", ".join(told) or "beyond what is asked"
    )


def _command(settings: SmallSamTraining, frames: int) -> str:
    untried = " (as yet untried)" if settings.device == "cpu" else ""
    return f"""## Again

    laecips train-sam OUT --steps {settings.steps} --pictures {settings.pictures} \\
        --prompts {settings.prompts} --learning-rate {settings.learning_rate:g} --frames {frames} \\
        --exam-every {settings.exam_every} --seed {settings.seed} --page docs/results/small-sam.md

With `--resume` the same command goes on where it was stopped, and only measures and writes where
nothing is left to do. On a large GPU half an hour is meant for some millions of prompts{untried}:

    laecips train-sam OUT --device cuda --minutes 30 --steps 8000 --pictures 16 --prompts 64 \\
        --frames 4800 --workers 8 --page docs/results/small-sam.md
"""
