"""`laecips make-ianvs`: the pictures, truth and index of an Ianvs benchmark, from a bag."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = "write a bag's pictures and truth as the data set of an Ianvs benchmark"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "bag", type=Path, help="a bag with truth; `laecips make-bag` makes one of a data set"
    )
    parser.add_argument(
        "--image-topic", default=None, help="the bag's topic with pictures; default: its only one"
    )
    parser.add_argument("--frames", type=int, help="most frames, evenly spread; without it all")
    parser.add_argument("-o", "--output", type=Path, required=True, help="the new folder")


def run(args: argparse.Namespace) -> int:
    """Write the data set.

    Raises:
        ValueError: the bag cannot be used, or something is there already.
        OSError: it cannot be written.
    """
    from laecips_cloud.console import progress_bar

    from laecips_eval.bags import open_bag
    from laecips_eval.bags.picture_index import INDEX, write_picture_index

    bag = open_bag(args.bag, args.image_topic)
    with progress_bar("frames") as progress:
        count = write_picture_index(bag, args.output, most=args.frames, progress=progress)
    print(f"{args.output / INDEX}: {count} frames")
    return 0
