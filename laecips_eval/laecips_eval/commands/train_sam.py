"""`laecips train-sam`: a small SAM from random weights, and whether it beats `graph`."""

from __future__ import annotations

import argparse
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from laecips_cloud.training.region_prompts import RegionPicture
    from laecips_cloud.training.small_sam_settings import SmallSamTraining
    from laecips_cloud.training.train_small_sam import TrainedSam

    Progress = Callable[[str], None]

HELP = "train a small SAM on generated inspection scenes and compare it with graph"

WEIGHTS = "small_sam.pth"
EXPORT = "onnx"
VERDICT = "verdict.json"
STOPPED = 130  # exit status, as of whatever is ended by Ctrl-C


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command line."""
    parser.add_argument(
        "out",
        type=Path,
        metavar="OUT",
        help=f"folder for {WEIGHTS} (what the mask generator sam loads), its export for sam_onnx, "
        f"curve.csv, {VERDICT} and the state that --resume goes on with",
    )
    parser.add_argument("--steps", type=int, default=20_000, help="steps")
    parser.add_argument(
        "--minutes", type=float, help="time limit of all runs; without one it is reproducible"
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of weights and prompts")
    parser.add_argument(
        "--resume", action="store_true", help="go on with the training of these settings"
    )
    parser.add_argument(
        "--device",
        default="auto",
        help="auto (cuda where there is one), cpu, cuda, cuda:1 and so on",
    )
    parser.add_argument("--pictures", type=int, default=2, help="pictures a step")
    parser.add_argument("--prompts", type=int, default=32, help="prompts a picture")
    parser.add_argument(
        "--learning-rate", type=float, default=2e-3, help="its peak, of a one-cycle schedule"
    )
    parser.add_argument(
        "--frames", type=int, default=2400, help="frames to draw and learn from, 8 a panel"
    )
    parser.add_argument("--exam-frames", type=int, default=24, help="held-out frames")
    parser.add_argument(
        "--exam-every", type=int, default=100, help="steps between two points of the curve"
    )
    parser.add_argument(
        "--workers", type=int, default=0, help="threads that draw prompts ahead of a GPU"
    )
    parser.add_argument(
        "--threads", type=int, default=1, help="threads; only one is reproducible to the bit"
    )
    parser.add_argument("--teacher", type=Path, help="folder of a teacher; without it the shipped")
    parser.add_argument("--page", type=Path, metavar="PAGE.md", help="write the outcome as a page")


def run(args: argparse.Namespace) -> int:
    """Trains, measures, prints the verdict.

    Raises:
        ValueError: an argument is out of range, or OUT is of another training.
        OSError: something cannot be written.
    """
    import cv2
    import torch
    from laecips_cloud.training.small_sam_settings import SmallSamTraining
    from laecips_cloud.training.train_small_sam import train_small_sam

    from laecips_eval.timed_lines import timed_lines

    for name in ("threads", "frames", "exam_frames"):
        if getattr(args, name) < 1:
            option = name.replace("_", "-")
            raise ValueError(f"--{option} is {getattr(args, name)}: give at least 1")
    settings = SmallSamTraining(
        steps=args.steps,
        minutes=args.minutes,
        pictures=args.pictures,
        prompts=args.prompts,
        learning_rate=args.learning_rate,
        exam_every=args.exam_every,
        device=_device(args.device),
        workers=args.workers,
        seed=args.seed,
    )
    _check_folder(args.out, resume=args.resume)
    teacher = _teacher(args.teacher)
    torch.set_num_threads(args.threads)
    cv2.setNumThreads(args.threads)
    progress = timed_lines()
    progress(f"drawing {args.frames} frames and {args.exam_frames} held-out ones")
    pictures = _prepared("teacher", args.frames, settings)
    held_out = _prepared("held_out", args.exam_frames, settings)
    progress(f"{settings.steps} steps on {settings.device}")
    with _ctrl_c() as pressed:
        trained = train_small_sam(
            pictures,
            held_out,
            settings=settings,
            folder=args.out,
            resume=args.resume,
            stop=lambda: bool(pressed),
            progress=progress,
        )
    if not trained.finished:
        progress("stopped; the same command with --resume goes on")
        return STOPPED
    _conclude(args, settings, trained, teacher=teacher, held_out=held_out, progress=progress)
    return 0


def _conclude(
    args: argparse.Namespace,
    settings: SmallSamTraining,
    trained: TrainedSam,
    *,
    teacher: Path,
    held_out: list[RegionPicture],
    progress: Progress,
) -> None:
    """Writes weights and export, measures, tells."""
    from laecips_cloud.networks.small_sam import megabytes, save_half
    from laecips_cloud.sam_export import export_sam
    from laecips_cloud.training.sam_exam import ceiling

    from laecips_eval.datasets import open_dataset
    from laecips_eval.small_sam_page import page
    from laecips_eval.small_sam_verdict import judge
    from laecips_eval.whole_file import whole_file

    save_half(trained.sam, args.out / WEIGHTS)
    progress(f"{args.out / WEIGHTS} is written; exporting and comparing with graph")
    export_sam(args.out / WEIGHTS, args.out / EXPORT)
    verdict = judge(
        args.out / EXPORT,
        open_dataset("inspection", split="held_out", count=4 * args.exam_frames),
        count=args.exam_frames,
        teacher=teacher,
        megabytes=megabytes(trained.sam),
        progress=progress,
    )
    with whole_file(args.out / VERDICT) as file:
        file.write(verdict.to_json())
    for wanted, found, cleared in verdict.bars():
        print(f"{'yes' if cleared else 'NO '}  {wanted}: {found}")
    print("verdict: ship it" if verdict.ship else "verdict: keep graph")
    if args.page:
        mask = settings.sizes.mask
        ceilings = (ceiling(held_out, mask=mask), ceiling(held_out, mask=mask // 2))
        args.page.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(args.page) as file:
            file.write(
                page(settings, trained.curve, verdict, frames=args.frames, ceilings=ceilings)
            )
        print(f"wrote {args.page}")


def _device(name: str) -> str:
    import torch

    if name == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        torch.zeros(1, device=name)
    except (RuntimeError, AssertionError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise ValueError(f"--device {name}: cannot be used ({reason}); take auto or cpu") from error
    return name


def _teacher(path: Path | None) -> Path:
    """The teacher that is asked in the end, which may be hours away: better missed now."""
    from laecips_eval.shipped import shipped_teacher

    path = path or shipped_teacher()
    if not path.is_dir():
        raise ValueError(f"{path}: there is no teacher; give one with --teacher")
    return path


def _check_folder(out: Path, *, resume: bool) -> None:
    """Nothing that is not ours is mixed with, and no training is lost by a forgotten word."""
    if out.is_file():
        raise ValueError(f"{out}: is a file; give a folder")
    if not out.is_dir() or not any(out.iterdir()):
        return
    if not (out / "recipe.json").is_file():
        raise ValueError(f"{out}: is there and holds no training; give another folder")
    if not resume:
        raise ValueError(f"{out}: holds a training; add --resume, or give another folder")


def _prepared(split: str, count: int, settings: SmallSamTraining) -> list[RegionPicture]:
    from laecips_cloud.training.region_prompts import prepare

    from laecips_eval.datasets import open_dataset

    # Every fourth held-out frame: views of one panel have much in common.
    step = 4 if split == "held_out" else 1
    frames = open_dataset("inspection", split=split, count=step * count)
    made = (prepare(frames[step * i], side=settings.sizes.picture) for i in range(count))
    return [picture for picture in made if picture is not None]


@contextmanager
def _ctrl_c() -> Iterator[list[int]]:
    """Ctrl-C ends the training after its step, with its state kept; a second one at once."""
    pressed: list[int] = []

    def once(number: int, _frame: Any) -> None:
        if pressed:
            raise KeyboardInterrupt
        pressed.append(number)

    before = signal.signal(signal.SIGINT, once)
    try:
        yield pressed
    finally:
        signal.signal(signal.SIGINT, before)
