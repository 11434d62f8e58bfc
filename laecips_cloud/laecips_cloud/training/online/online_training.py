"""One update while robots work: from lessons to a pair that the promotion gate has judged.

1. Lessons (frames of the replay buffer) are split 70/30 by blocks of time. f is trained on the 70 %
   and on labelled source frames. What people labelled is f's, but for a share, the gate's truth.
2. h is trained on the new f's logits of the 30 % (equation 14), and delta is fitted.
3. The pair is exported, and examined on the robots' engine: on held-out source frames, on the 30 %
   and on people's truth. Its parent has been examined meanwhile, in a thread. What both trust of
   the 30 % goes into the manifest: robots keep the ranks of recent frames across the swap.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from laecips_edge.core.bundle.bundle import Bundle, Manifest
from laecips_edge.core.image.tiling import Tiling
from numpy.typing import NDArray
from torch import Tensor

from laecips_cloud.export.bundle_export import export_bundle, load_networks, write_manifest
from laecips_cloud.networks import EdgeNetwork, MinerNetwork
from laecips_cloud.training.data.label_check import count_labels
from laecips_cloud.training.data.labelled_frames import LabelledFrame, fitted
from laecips_cloud.training.online.examination import at_stride, examine
from laecips_cloud.training.online.lesson_shares import share_out
from laecips_cloud.training.online.lessons import Lesson
from laecips_cloud.training.online.promotion_gate import Verdict, judge
from laecips_cloud.training.online.rounded_change import RoundedChange
from laecips_cloud.training.online.settings import OnlineTraining
from laecips_cloud.training.steps.checkpoints import Checkpoints
from laecips_cloud.training.steps.held_out_rows import run
from laecips_cloud.training.steps.losses import class_weights, segmentation_loss
from laecips_cloud.training.steps.thresholds import delta_at_share, quantiles
from laecips_cloud.training.steps.train_miner import MinerRecipe
from laecips_cloud.training.steps.train_miner_online import (
    JudgedRow,
    hard_share,
    judged,
    telling_beta,
    train_miner_online,
)
from laecips_cloud.training.steps.train_segmenter import (
    SegmenterRecipe,
    fast_precision,
    train_segmenter,
)

Progress = Callable[[str], None]

_AGREEMENT_FRAMES = 3


@dataclass(frozen=True, kw_only=True)
class Source:
    """Labelled source frames, so that updates do not forget them, and earlier versions' scores.

    Attributes:
        rehearsal: frames that are mixed into each training.
        pixels: int64 [M], their labelled pixels by class.
        held_out: frames that no training uses; at least one.
        first: float64 [M], the first version's IoU on `held_out`.
        best_miou: the best mIoU of any good version on `held_out`.
        parent_miou: the parent's mIoU on `held_out`.
    """

    rehearsal: Sequence[LabelledFrame]
    pixels: NDArray[np.int64]
    held_out: Sequence[LabelledFrame]
    first: NDArray[np.float64]
    best_miou: float
    parent_miou: float


@dataclass(frozen=True, kw_only=True)
class Update:
    """The result of one update.

    Attributes:
        bundle: the new pair, promoted or not; its manifest has the verdict.
        verdict: the gate's verdict.
        train_s: duration of the update in seconds, examination included.
    """

    bundle: Bundle
    verdict: Verdict
    train_s: float


def train_update(
    parent: Bundle,
    lessons: Sequence[Lesson],
    source: Source,
    *,
    path: Path,
    version: int,
    trigger: str,
    settings: OnlineTraining,
    engine: str = "onnxruntime",
    checkpoints: Checkpoints | None = None,
    progress: Progress = lambda line: None,
) -> Update:
    """Train a new pair from its parent, write it, and let the gate judge it.

    Args:
        parent: the pair whose weights the training starts from.
        lessons: in order of time, at least two of them not held out as truth.
        source: labelled source frames.
        path: folder of the new bundle.
        version: number of the new pair, above the parent's.
        trigger: what started the training, for the manifest.
        settings: see `OnlineTraining`.
        engine: name of the robots' inference engine, which examines the pairs.
        checkpoints: keeps the trained f, so that an interrupted training can be resumed.
        progress: called with lines for people.

    Raises:
        ValueError: there are too few lessons, the pair takes depth, or a bundle cannot be read or
            written.
    """
    started = time.monotonic()
    manifest = parent.manifest
    if manifest.modality != "rgb":
        raise ValueError(
            f"{parent.path}: modality is {manifest.modality}; only pairs of modality rgb can be "
            "trained while robots work"
        )
    learnt, held_out, truth = share_out(lessons, blocks=settings.blocks)
    held_out = held_out[-settings.max_held_out :]
    people = [lesson.frame for lesson in truth]
    f, h = load_networks(parent)
    counts = count_labels(lesson.frame.label for lesson in learnt)
    weights = class_weights(counts[: f.classes] + source.pixels)
    # The loss that f is trained with: l of equation 14 is the IoU's.
    taught = partial(segmentation_loss, weights=weights**settings.class_power, dice=settings.dice)
    with ThreadPoolExecutor(max_workers=1) as aside:
        # While f trains, which does not fill the cores that a machine has besides.
        of_parent = aside.submit(examine, parent, (), held_out, people, loss=taught, engine=engine)
        if checkpoints is None or not checkpoints.restore("f", f):
            _train_f(
                f,
                learnt=learnt,
                rehearsal=source.rehearsal,
                tiling=manifest.tiling,
                by_class=weights,
                settings=settings,
                progress=progress,
            )
            if checkpoints is not None:
                checkpoints.keep("f", f)
        change = RoundedChange(parent, coarseness=settings.weight_step)
        change.settle("f", f)
        progress(f"h is trained on {len(held_out)} lessons that f was not trained on")
        delta = _train_h(
            f,
            h,
            held_out=held_out,
            manifest=manifest,
            settings=settings,
            settle=lambda: change.settle("h", h),
        )
    delta_file, delta_of = change.delta()
    bundle = export_bundle(
        f,
        h,
        path,
        name=manifest.name,
        classes=manifest.classes,
        palette=manifest.palette,
        input_size=manifest.input_size,
        tiles=manifest.tiles,
        delta=delta,
        beta=manifest.beta,
        version=version,
        parent=manifest.version,
        temperature=manifest.temperature,
        thresholds=manifest.thresholds | {"laecips": delta},
        agreement_images=[frame.image for frame in source.held_out[:_AGREEMENT_FRAMES]],
        graphs_of=parent,
        delta_file=delta_file,
        delta_of=delta_of,
        training={
            **asdict(settings),
            "trigger": trigger,
            "lessons": len(learnt),
            "newest_lesson_ns": max(lesson.stamp_ns for lesson in learnt),
            "lessons_by_people": sum(lesson.by_person for lesson in learnt),
            "lessons_held_out": len(held_out),
            "truth_frames": len(truth),
            "rehearsal_frames": len(source.rehearsal),
        },
    )
    progress("examining it beside its parent")
    exam = examine(bundle, source.held_out, held_out, people, loss=taught, engine=engine)
    parent_exam = of_parent.result()
    verdict = judge(
        exam,
        parent_exam,
        first=source.first,
        best_miou=source.best_miou,
        parent_miou=source.parent_miou,
        classes=manifest.classes,
        max_source_loss=settings.max_source_loss,
        max_class_loss=settings.max_class_loss,
    )
    gate = {"promoted": verdict.promoted, "reason": verdict.reason, **verdict.measures}
    manifest = replace(
        bundle.manifest,
        gate=gate,
        quantiles=quantiles(_as_often(exam.trust, held_out)),
        parent_quantiles=quantiles(_as_often(parent_exam.trust, held_out)),
    )
    bundle = write_manifest(bundle, manifest)
    return Update(
        bundle=bundle,
        verdict=verdict,
        train_s=time.monotonic() - started,
    )


def _train_f(
    f: EdgeNetwork,
    *,
    learnt: Sequence[Lesson],
    rehearsal: Sequence[LabelledFrame],
    tiling: Tiling,
    by_class: Tensor,
    settings: OnlineTraining,
    progress: Progress,
) -> None:
    frames = [
        fitted(frame, tiling.picture) for frame in (*(each.frame for each in learnt), *rehearsal)
    ]
    share = settings.rehearsal if rehearsal else 0.0
    by_weight = np.array([drawn_as(lesson, settings.human_weight) for lesson in learnt])
    weights = [
        *((1 - share) * by_weight / by_weight.sum()),
        *np.full(len(rehearsal), share / max(1, len(rehearsal))),
    ]
    before = {name: weight.clone() for name, weight in f.state_dict().items()}
    torch.manual_seed(settings.seed)
    train_segmenter(
        f,
        frames,
        recipe=SegmenterRecipe(
            input_size=tiling.tile,
            steps=settings.steps,
            # Whole frames only: robots run f on whole frames, and few steps on crops harm that.
            whole_share=1.0,
            whole_zoom=(0.9, 1.25),
            rotation=5.0,
            relit_strength=1.0,
            averaged=0.0,
            weight_decay=1e-4,
            batch=2 * settings.batch,
            class_power=settings.class_power,
            dice=settings.dice,
            learning_rate=settings.learning_rate,
            loss_stride=2,
            frozen=settings.frozen,
            moved=settings.moved,
            # Weights that are averaged with the parent's need the parent's statistics.
            keep_norms=settings.mix < 1.0,
            seed=settings.seed,
        ),
        weights=weights,
        relit=[settings.relit] * len(learnt) + [settings.rehearsal_relit] * len(rehearsal),
        by_class=by_class,
        progress=lambda line: progress(f"f: {line}"),
    )
    f.load_state_dict(
        {
            name: torch.lerp(before[name], weight, settings.mix)
            if weight.is_floating_point()
            else weight
            for name, weight in f.state_dict().items()
        }
    )


def drawn_as(lesson: Lesson, human_weight: float) -> float:
    """Return how often f sees a lesson, against 1 for a hard frame with F's labels."""
    return max(lesson.weight, human_weight) if lesson.by_person else lesson.weight


def _train_h(
    f: EdgeNetwork,
    h: MinerNetwork,
    *,
    held_out: Sequence[Lesson],
    manifest: Manifest,
    settings: OnlineTraining,
    settle: Callable[[], None],
) -> float:
    """Train h on the first two thirds of the held-out lessons; fit delta on the rest, return it.

    `settle` is called in between, to round h's weights.
    """

    def row(frame: LabelledFrame, weight: float) -> JudgedRow:
        with fast_precision():
            logits = run(f, np.ascontiguousarray(frame.image), tiling=manifest.tiling)
        return judged(logits, at_stride(frame.label, logits), weight=weight)

    rows = [row(lesson.frame, lesson.weight) for lesson in held_out]
    cut = max(1, len(rows) * 2 // 3)
    train_miner_online(
        h,
        rows[:cut],
        beta=telling_beta(rows[:cut], most=manifest.beta),
        recipe=MinerRecipe(
            steps=settings.miner_steps,
            batch=settings.miner_batch,
            learning_rate=settings.miner_learning_rate,
            moved=settings.moved,
            seed=settings.seed,
        ),
    )
    settle()
    fitted_on = rows[cut:] or rows
    with torch.inference_mode():
        trust = np.array(
            [float(h(torch.from_numpy(row.logits).float()[None])[0]) for row in fitted_on]
        )
    share = hard_share(fitted_on, beta=manifest.beta)
    return delta_at_share(_as_often(trust, fitted_on), share)


def _as_often(
    trust: Sequence[float] | NDArray[np.floating], lessons: Sequence[Lesson] | Sequence[JudgedRow]
) -> NDArray[np.floating]:
    """Repeat the trust of each lesson as often as the frames that it stands for."""
    return np.repeat(trust, [round(lesson.weight) for lesson in lessons])
