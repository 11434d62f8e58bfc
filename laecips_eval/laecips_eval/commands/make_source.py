"""`laecips make-source`: the labelled source frames that a trainer is given, as a folder."""

from __future__ import annotations

import argparse
from pathlib import Path

from laecips_eval.commands.options import add_root

HELP = "make a trainer's folder of labelled source frames from a data set"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--dataset",
        choices=["camvid", "folder", "inspection"],
        required=True,
        help="data set of the bundle; folder: your own pictures",
    )
    add_root(parser)
    parser.add_argument("--split", help="that f has learnt from; without it the usual one")
    parser.add_argument(
        "--held-out",
        help="split, or share of the other one's end, for the promotion gate; without it the usual",
    )
    parser.add_argument("--frames", type=int, default=600, help="to rehearse, at most")
    parser.add_argument("--held-out-frames", type=int, default=60, help="for the gate, at most")
    parser.add_argument("-o", "--output", type=Path, required=True, help="the new folder")


def run(args: argparse.Namespace) -> int:
    """Make the folder.

    Raises:
        ValueError: the data set cannot be used, or something is there already.
        OSError: it cannot be written.
    """
    from laecips_cloud.console import progress_bar

    from laecips_eval.datasets.source_frames import write_source
    from laecips_eval.datasets.training_frames import open_training_frames

    if args.output.exists():
        raise ValueError(f"{args.output}: there already; remove it, or name another folder")
    frames, others = open_training_frames(
        args.dataset, root=args.root, split=args.split, held_out=args.held_out
    )
    with progress_bar("frames") as progress:
        count = write_source(
            frames,
            others,
            args.output,
            learnt=args.frames,
            held_out=args.held_out_frames,
            progress=progress,
        )
    print(f"{args.output}: {count} frames")
    return 0
