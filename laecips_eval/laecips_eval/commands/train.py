"""`laecips train`: from labelled frames to a model bundle, or to a teacher for the cloud."""

from __future__ import annotations

import argparse
import re
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from laecips_eval.commands.options import add_root

if TYPE_CHECKING:
    from laecips_cloud.training.data.labelled_frames import LabelledFrames
    from laecips_cloud.training.first.measured_pair import FirstTrainingResult
    from laecips_cloud.training.steps.held_out_rows import Assist

    Progress = Callable[[str], None]

HELP = "train the edge network and its miner, or a teacher for the cloud, on labelled frames"

AUTO = "auto"
"""Input size that is chosen by the pictures."""

_TEACHER_WIDTH = 1.0
_STEPS = {"pair": 2000, "teacher": 6000, "appealnet": 300}
"""Of f, of a teacher, of an AppealNet after its pair's training; each role has some."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument(
        "-o", "--out", type=Path, required=True, help="folder of the bundle or the teacher"
    )
    parser.add_argument(
        "--role",
        choices=sorted(_STEPS),
        default="pair",
        help="pair: f and h, a bundle for robots; teacher: a larger network for the class scorers "
        "onnx and blend; appealnet: the bundle of --pair with an f that judges its own answers, "
        "for the policy appealnet",
    )
    parser.add_argument(
        "--dataset",
        choices=("camvid", "folder", "inspection"),
        default="inspection",
        help="data set; folder: your own pictures",
    )
    add_root(parser)
    parser.add_argument(
        "--split",
        help="split to learn from, of a folder also several with commas; without it the usual one",
    )
    parser.add_argument(
        "--held-out",
        help="split that nothing learns from, or the share of --split to keep back at its end; "
        "without it the usual one",
    )
    parser.add_argument("--frames", type=int, help="take so many frames of --split; without it all")
    parser.add_argument(
        "--held-out-frames", type=int, help="take so many held-out frames; without it all"
    )
    parser.add_argument(
        "--width",
        type=float,
        help="width multiplier of f (without it the network's usual one) or teacher (1.0)",
    )
    parser.add_argument(
        "--input-size",
        type=_size_or_auto,
        default="360x480",
        help="HEIGHTxWIDTH that it runs at; auto: what keeps the detail of the pictures, near the "
        "cost of the shipped pair",
    )
    parser.add_argument(
        "--steps", type=int, help="steps of f (without it 2000), teacher (6000) or AppealNet (300)"
    )
    parser.add_argument(
        "--variants", type=int, default=2, help="drifted variants of each held-out frame"
    )
    parser.add_argument("--minutes", type=float, help="time limit; without one it is reproducible")
    parser.add_argument("--seed", type=int, default=0, help="seed of everything")
    parser.add_argument(
        "--threads", type=int, default=1, help="threads; only one is reproducible to the bit"
    )
    parser.add_argument("--resume", action="store_true", help="go on after the last finished stage")
    parser.add_argument(
        "--quick-size",
        type=_size,
        help="HEIGHTxWIDTH of a teacher's quick.onnx, for a cloud with little time",
    )
    parser.add_argument(
        "--pair",
        type=Path,
        metavar="DIR",
        help="of an AppealNet: bundle of the pair that it begins with, trained with the same data "
        "set, --held-out-frames, --variants, --seed and --teacher; without it the shipped one",
    )
    pair = parser.add_argument_group("of a pair")
    pair.add_argument(
        "--name", help="name of the bundle; without it the data set's or its folder's"
    )
    pair.add_argument(
        "--tiles",
        type=_size,
        help="ROWSxCOLUMNS of tiles of --input-size that a picture is cut into; without it 1x1, "
        "with --input-size auto what keeps the detail",
    )
    pair.add_argument(
        "--network",
        default="rfnet",
        metavar="NAME[:VARIANT]",
        help="f's architecture: rfnet, ddrnet, unet, smp:ARCHITECTURE/ENCODER, or one of another "
        "package",
    )
    pair.add_argument(
        "--weights",
        type=Path,
        help="file of weights that f begins with, such as an encoder's; without it random ones",
    )
    pair.add_argument(
        "--light",
        type=float,
        default=0.5,
        metavar="SHARE",
        help="share of the pictures that f sees in another light, lens and sensor (0.5); 0 where "
        "neither ever changes: f is better there, and lost elsewhere",
    )
    pair.add_argument("--miner-width", type=float, default=0.5, help="width multiplier of h")
    pair.add_argument("--miner-steps", type=int, default=400, help="steps of h")
    pair.add_argument(
        "--folds",
        type=int,
        default=3,
        help="folds for the miner's rows; 0: half of the held-out frames is enough for h",
    )
    pair.add_argument(
        "--teacher",
        type=Path,
        metavar="DIR",
        help="teacher whose answers the cloud will give: h learns where they are better than f's; "
        "without it F corrects f's contours only",
    )
    pair.add_argument(
        "--mask-generator",
        help="whose masks F fuses, for the miner's rows; without it graph, and none with --teacher",
    )


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

    if args.threads < 1:
        raise ValueError(f"--threads is {args.threads}: give at least 1")
    torch.set_num_threads(args.threads)
    cv2.setNumThreads(args.threads)
    args.steps = _STEPS[args.role] if args.steps is None else args.steps
    _check_network(args)
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


def _check_network(args: argparse.Namespace) -> None:
    """Refuse what cannot be f, or its first weights, before frames are read."""
    from laecips_cloud.networks import create_edge_network
    from laecips_cloud.networks.initial_weights import take_weights

    if args.role == "pair":
        if args.network == "appealnet":
            raise ValueError(
                "--network is appealnet: its head learns from what a trained pair's cloud gains; "
                "train a pair, then --role appealnet"
            )
        network = create_edge_network(args.network, classes=2, width=args.width)
        if args.weights is not None:
            take_weights(args.weights, network)
    elif args.network != "rfnet":
        raise ValueError(
            f"--network is {args.network}: --role {args.role} takes an rfnet; leave it out"
        )


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


def _size_or_auto(text: str) -> tuple[int, int] | str:
    return AUTO if text == AUTO else _size(text)


def _size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d+)x(\d+)", text)
    if not match:
        raise argparse.ArgumentTypeError(f"{text!r} is not two numbers such as 360x480")
    return int(match[1]), int(match[2])
