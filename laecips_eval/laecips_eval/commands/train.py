"""`laecips train`: from labelled frames to a model bundle, or to a teacher for the cloud."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from laecips_eval.commands.train_options import AUTO, STEPS, add_arguments, check, check_tiles

if TYPE_CHECKING:
    from laecips_cloud.training.data.labelled_frames import LabelledFrames
    from laecips_cloud.training.first.measured_pair import FirstTrainingResult
    from laecips_cloud.training.steps.held_out_rows import Assist

    Progress = Callable[[str], None]

__all__ = ["HELP", "add_arguments", "run"]

HELP = "train the edge network and its miner, or a teacher for the cloud, on labelled frames"

_TEACHER_WIDTH = 1.0


def run(args: argparse.Namespace) -> int:
    """Train, print progress lines and a closing table."""
    import shutil

    import cv2
    import torch
    from laecips_cloud.console import timed_lines

    from laecips_eval.datasets.training_frames import (
        PAIR,
        TEACHER,
        open_training_frames,
        require_learnable,
    )

    check(args)
    torch.set_num_threads(args.threads)
    cv2.setNumThreads(args.threads)
    args.steps = STEPS[args.role] if args.steps is None else args.steps
    progress = timed_lines()
    frames, held_out = open_training_frames(
        args.dataset,
        role=TEACHER if args.role == TEACHER else PAIR,
        root=args.root,
        split=args.split,
        held_out=args.held_out,
        count=args.frames,
        held_out_count=args.held_out_frames,
        tell=progress,
    )
    if args.root is not None:  # what is generated has every class
        require_learnable(frames, where=str(args.root))
    if args.input_size == AUTO:
        _choose_size(args, frames, progress)
    {"pair": _train_pair, "teacher": _train_teacher, "appealnet": _train_appealnet}[args.role](
        args, frames, held_out, progress
    )
    # A training that has no report yet is not finished: --resume shall measure it alone.
    shutil.rmtree(_checkpoints(args.out), ignore_errors=True)
    return 0


def _choose_size(args: argparse.Namespace, frames: LabelledFrames, progress: Progress) -> None:
    """Set input size and tiles by the pictures; a teacher takes the same pictures whole."""
    from laecips_eval.datasets.sizing.detail import detail_of
    from laecips_eval.datasets.sizing.input_size import choose_input_size

    chosen = choose_input_size(detail_of(frames), grid=args.tiles)
    progress(str(chosen))
    whole = args.role == "teacher"
    args.input_size = chosen.tiling.picture if whole else chosen.tiling.tile
    args.tiles = chosen.tiling.grid
    check_tiles(args)


def _train_pair(
    args: argparse.Namespace, frames: LabelledFrames, held_out: LabelledFrames, progress: Progress
) -> None:
    from laecips_cloud.training.first.first_training import first_training
    from laecips_cloud.training.first.settings import FirstTraining

    from laecips_eval.model_fitting.assisted_inference import assisted_inference

    settings = FirstTraining(
        input_size=args.input_size,
        tiles=args.tiles or (1, 1),
        network=args.network,
        width=args.width,
        weights="" if args.weights is None else str(args.weights),
        teacher="" if args.teacher is None else args.teacher.resolve().name,
        miner_width=args.miner_width,
        folds=args.folds,
        steps=args.steps,
        light=args.light,
        miner_steps=args.miner_steps,
        minutes=args.minutes,
        variants=args.variants,
        seed=args.seed,
    )
    assist = assisted_inference(
        args.teacher, frames.classes, mask_generator=args.mask_generator or ""
    )
    outcome = first_training(
        frames,
        held_out,
        settings=settings,
        assist=assist,
        path=args.out,
        checkpoints=_checkpoints(args.out),
        name=args.name or (args.root.resolve().name if args.dataset == "folder" else args.dataset),
        resume=args.resume,
        progress=progress,
    )
    _report_pair(args, outcome, assist, settings.as_json(), progress)


def _train_appealnet(
    args: argparse.Namespace, frames: LabelledFrames, held_out: LabelledFrames, progress: Progress
) -> None:
    from laecips_cloud.training.first.appealnet_training import (
        AppealNetTraining,
        appealnet_training,
    )
    from laecips_cloud.training.first.settings import as_json
    from laecips_edge.core.bundle.bundle import Bundle

    from laecips_eval.model_fitting.assisted_inference import assisted_inference
    from laecips_eval.shipped_models import shipped_bundle

    settings = AppealNetTraining(
        steps=args.steps,
        teacher="" if args.teacher is None else args.teacher.resolve().name,
        minutes=args.minutes,
        variants=args.variants,
        seed=args.seed,
    )
    assist = assisted_inference(
        args.teacher, frames.classes, mask_generator=args.mask_generator or ""
    )
    outcome = appealnet_training(
        Bundle.load(args.pair or shipped_bundle()),
        held_out,
        learnt=frames,
        settings=settings,
        assist=assist,
        path=args.out,
        progress=progress,
    )
    _report_pair(args, outcome, assist, as_json(settings), progress)


def _report_pair(
    args: argparse.Namespace,
    outcome: FirstTrainingResult,
    assist: Assist,
    settings: dict[str, Any],
    progress: Progress,
) -> None:
    from laecips_edge.core.inference.segmenter import Segmenter
    from rich.console import Console

    from laecips_eval.model_fitting.training_table import training_table
    from laecips_eval.reports.training.write_training_report import write_training_report

    progress(f"{args.out} is written; measuring it for the report")
    manifest = outcome.bundle.manifest
    report = write_training_report(
        _report_folder(args.out),
        outcome.measured_on,
        logits=Segmenter(outcome.bundle).logits,
        assist=assist,
        name=manifest.name,
        role=args.role,
        classes=manifest.classes,
        palette=manifest.palette,
        curve=outcome.curve,
        settings=settings,
        command=_command(),
    )
    Console().print(training_table(outcome, report))
    _tell_report(args.out, progress)


def _train_teacher(
    args: argparse.Namespace, frames: LabelledFrames, held_out: LabelledFrames, progress: Progress
) -> None:
    from functools import partial

    from laecips_cloud.export.scorer_export import export_scorer, require_scorer_folder
    from laecips_cloud.training.first.settings import as_json
    from laecips_cloud.training.first.teacher_training import TeacherTraining, teacher_training
    from laecips_cloud.training.steps.held_out_rows import run as infer
    from laecips_edge.core.image.tiling import Tiling
    from rich.console import Console

    from laecips_eval.model_fitting.training_table import teacher_table
    from laecips_eval.reports.training.write_training_report import write_training_report

    require_scorer_folder(args.out)
    settings = TeacherTraining(
        input_size=args.input_size,
        width=_TEACHER_WIDTH if args.width is None else args.width,
        steps=args.steps,
        minutes=args.minutes,
        variants=args.variants,
        seed=args.seed,
    )
    taught = teacher_training(
        frames,
        held_out,
        settings=settings,
        checkpoints=_checkpoints(args.out),
        resume=args.resume,
        progress=progress,
    )
    export_scorer(
        taught.network,
        args.out,
        classes=frames.classes,
        input_size=settings.input_size,
        temperature=taught.temperature,
        quick_size=args.quick_size,
    )
    progress(f"{args.out} is written; measuring it for the report")
    report = write_training_report(
        _report_folder(args.out),
        taught.measured_on,
        logits=partial(infer, taught.network, tiling=Tiling(settings.input_size)),
        assist=None,
        name=args.out.name,
        role=args.role,
        classes=frames.classes,
        palette=frames.palette,
        curve=taught.curve,
        settings=as_json(settings),
        command=_command(),
    )
    Console().print(teacher_table(taught, report))
    _tell_report(args.out, progress)


def _checkpoints(out: Path) -> Path:
    """Return the folder of finished stages, beside the bundle or the teacher."""
    return out.with_name(f".{out.name}.training")


def _report_folder(out: Path) -> Path:
    """Return the folder of the report, beside the bundle or the teacher, which are sealed."""
    return out.with_name(f"{out.name}.training")


def _tell_report(out: Path, progress: Progress) -> None:
    folder = _report_folder(out)
    progress(f"the report is {folder / 'report.html'}, the worst pictures are in worst.jpg there")


def _command() -> str:
    return shlex.join(["laecips", *sys.argv[1:]])
