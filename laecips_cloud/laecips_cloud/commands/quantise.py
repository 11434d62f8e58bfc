"""`laecips quantise`: let a bundle's f run in int8, if it then answers as in float."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = "measure on pictures what a bundle's f needs to run in int8, and add it if f agrees"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("bundle", type=Path, metavar="BUNDLE", help="folder of the bundle")
    parser.add_argument(
        "pictures",
        type=Path,
        metavar="PICTURES",
        help="folder with pictures of the robots' cameras and no masks, also below it, from before "
        "anything drifts; labels are not needed",
    )
    parser.add_argument("--most", type=int, default=24, help="pictures that are taken, evenly")


def run(args: argparse.Namespace) -> int:
    """Measure, try, and add the ranges; return 0 if f agrees, 1 if not.

    Raises:
        ValueError: the bundle or a picture cannot be used, or there are too few.
        OSError: a file cannot be read or written.
    """
    import math

    from laecips_edge.core.bundle.bundle import Bundle

    from laecips_cloud.export.int8_ranges import add_int8
    from laecips_cloud.training.data.folder.stored_pictures import PICTURE_ENDINGS, read_picture

    if args.most < 2:
        raise ValueError(f"--most is {args.most}, it must be 2 or more")
    if not args.pictures.is_dir():
        raise ValueError(f"{args.pictures}: no such folder; give one with pictures in it or below")
    found = sorted(
        path
        for path in args.pictures.rglob("*")
        if path.suffix[1:].lower() in PICTURE_ENDINGS and path.is_file()
    )
    some = found[:: max(1, math.ceil(len(found) / args.most))]
    trial = add_int8(Bundle.load(args.bundle), [read_picture(path) for path in some])
    print(trial)
    return 0 if trial.agrees else 1
