"""`laecips train`: the first training of f and h on a data set, from frames to a bundle."""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from laecips_eval.commands.options import add_root

if TYPE_CHECKING:
    from laecips_cloud.training.labelled_frames import LabelledFrame, LabelledFrames

HELP = "train the edge network and its miner on labelled frames, and write a model bundle"

_SPLITS = {"inspection": ("train", "held_out"), "camvid": ("pretrain", "0.2")}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command line."""
    parser.add_argument("-o", "--out", type=Path, required=True, help="folder of the bundle")
    parser.add_argument("--dataset", choices=sorted(_SPLITS), default="inspection", help="data set")
    add_root(parser)
    parser.add_argument("--split", help="split to learn from; without it the data set's own")
    parser.add_argument(
        "--held-out",
        help="split that nothing learns from, or the share of --split to keep back at its end; "
        "without it " + ", ".join(f"{back} of {name}" for name, (_, back) in _SPLITS.items()),
    )
    parser.add_argument(
        "--frames", type=int, help="take only so many frames of --split; without it all"
    )
    parser.add_argument(
        "--held-out-frames", type=int, help="take only so many held-out frames; without it all"
    )
    parser.add_argument("--width", type=float, default=0.5, help="width multiplier of f")
    parser.add_argument("--miner-width", type=float, default=0.5, help="width multiplier of h")
    parser.add_argument(
        "--input-size", type=_size, default="360x480", help="HEIGHTxWIDTH that robots run at"
    )
    parser.add_argument("--folds", type=int, default=3, help="folds for the miner's rows")
    parser.add_argument("--steps", type=int, default=2000, help="steps of f")
    parser.add_argument("--miner-steps", type=int, default=400, help="steps of h")
    parser.add_argument(
        "--variants", type=int, default=2, help="drifted variants of each frame, for the miner"
    )
    parser.add_argument("--minutes", type=float, help="time limit; without one it is reproducible")
    parser.add_argument("--seed", type=int, default=0, help="seed of everything")
    parser.add_argument(
        "--threads", type=int, default=1, help="threads; only one is reproducible to the bit"
    )
    parser.add_argument("--name", help="name of the bundle; without it the data set's")
    parser.add_argument(
        "--mask-generator", default="graph", help="whose masks F fuses, for the miner's rows"
    )
    parser.add_argument("--resume", action="store_true", help="go on after the last finished stage")


def run(args: argparse.Namespace) -> int:
    """Trains, prints progress lines and a closing table."""
    import cv2
    import torch
    from laecips_cloud.mask_generators import create_mask_generator
    from laecips_cloud.training.assist import assist_by
    from laecips_cloud.training.first_training import first_training
    from laecips_cloud.training.settings import FirstTraining
    from rich.console import Console

    from laecips_eval.training_table import training_table

    settings = FirstTraining(
        input_size=args.input_size,
        width=args.width,
        miner_width=args.miner_width,
        folds=args.folds,
        steps=args.steps,
        miner_steps=args.miner_steps,
        minutes=args.minutes,
        variants=args.variants,
        seed=args.seed,
    )
    if args.threads < 1:
        raise ValueError(f"--threads is {args.threads}: give at least 1")
    torch.set_num_threads(args.threads)
    cv2.setNumThreads(args.threads)
    frames, held_out = _open(args)
    start = time.monotonic()

    def progress(line: str) -> None:
        minutes, seconds = divmod(int(time.monotonic() - start), 60)
        print(f"[{minutes:3d}:{seconds:02d}] {line}", flush=True)

    outcome = first_training(
        frames,
        held_out,
        settings=settings,
        assist=assist_by(create_mask_generator(args.mask_generator).generate),
        path=args.out,
        name=args.name or args.dataset,
        resume=args.resume,
        progress=progress,
    )
    progress(f"{args.out} is written")
    Console().print(training_table(outcome))
    return 0


class Slice:
    """A stretch of labelled frames; implements LabelledFrames."""

    def __init__(self, frames: LabelledFrames, indices: range) -> None:
        """Takes the frames at `indices`."""
        self._frames, self._indices = frames, indices
        self.classes: Sequence[str] = frames.classes
        self.palette: Sequence[tuple[int, int, int]] = frames.palette

    def __len__(self) -> int:
        """Number of frames."""
        return len(self._indices)

    def __getitem__(self, index: int, /) -> LabelledFrame:
        """The frame at `index`; raises IndexError past the end."""
        return self._frames[self._indices[index]]


def _open(args: argparse.Namespace) -> tuple[LabelledFrames, LabelledFrames]:
    from laecips_eval.datasets import open_dataset

    own, kept_back = _SPLITS[args.dataset]
    frames = open_dataset(args.dataset, root=args.root, split=args.split or own)
    held_out_name = args.held_out or kept_back
    if re.fullmatch(r"0?\.\d+", held_out_name):
        count = max(1, round(float(held_out_name) * len(frames)))
        held_out: LabelledFrames = Slice(frames, range(len(frames) - count, len(frames)))
        frames = Slice(frames, range(len(frames) - count))
    else:
        held_out = open_dataset(args.dataset, root=args.root, split=held_out_name)
    return _first(frames, args.frames), _first(held_out, args.held_out_frames)


def _first(frames: LabelledFrames, count: int | None) -> LabelledFrames:
    if count is None or count >= len(frames):
        return frames
    if count < 1:
        raise ValueError(f"{count} frames were asked for: ask for at least 1")
    return Slice(frames, range(count))


def _size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d+)x(\d+)", text)
    if not match:
        raise argparse.ArgumentTypeError(f"{text!r} is not HEIGHTxWIDTH, such as 360x480")
    return int(match[1]), int(match[2])
