"""`laecips make-bag`: a bag from a data set, or from the inspection scene."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from laecips_eval.commands.options import add_root

Progress = Callable[[int, int], None]

HELP = "make a bag (MCAP) with pictures and truth from a data set or the inspection scene"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--dataset",
        choices=["camvid", "folder", "inspection"],
        required=True,
        help="source; folder: your own pictures",
    )
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder of the new bag")
    parser.add_argument("--rate", type=float, default=10.0, help="pictures a second")
    parser.add_argument("--jpeg-quality", type=int, default=90, help="1 to 100")
    folder = parser.add_argument_group("camvid and folder")
    add_root(folder)
    folder.add_argument(
        "--splits",
        help="names with commas between, in this order: task1,task2; of a folder without it all",
    )
    inspection = parser.add_argument_group("inspection")
    inspection.add_argument(
        "--drive",
        choices=("shift", "patrol"),
        default="shift",
        help="shift: five long segments under drifts; patrol: routine with bursts of trouble",
    )
    inspection.add_argument("--frames", type=int, default=1800, help="length of the bag")
    inspection.add_argument("--seed", type=int, default=0, help="another seed, other panels")


def run(args: argparse.Namespace) -> int:
    """Make the bag; ValueError (BagError, DatasetError) where something does not fit."""
    from laecips_cloud.console import progress_bar

    with progress_bar("frames") as progress:
        if args.dataset == "inspection":
            frames = _from_inspection(args, progress)
        else:
            frames = _from_splits(args, progress)
    size = sum(file.stat().st_size for file in args.output.iterdir()) / 1e6
    print(f"{args.output}: {frames} frames, {size:.1f} MB")
    return 0


def _from_inspection(args: argparse.Namespace, progress: Progress) -> int:
    from laecips_eval.inspection_scene.bag_recipes import BagRecipe
    from laecips_eval.inspection_scene.make_bags import make_bag

    if args.root or args.splits:
        raise ValueError("--root and --splits are a folder's: the inspection scene is generated")
    recipe = BagRecipe(
        frames=args.frames,
        seed=args.seed,
        rate_hz=args.rate,
        jpeg_quality=args.jpeg_quality,
        drive=args.drive,
    )
    make_bag(args.output, recipe, progress=progress)
    return recipe.frames


def _from_splits(args: argparse.Namespace, progress: Progress) -> int:
    from laecips_eval.bags.from_dataset import bag_splits
    from laecips_eval.datasets import open_dataset

    names = [name.strip() for name in (args.splits or "").split(",") if name.strip()]
    if not names and args.dataset == "camvid":
        raise ValueError("camvid needs --splits: names from its splits.yaml, as in task1,task2")
    splits = [
        (name, open_dataset(args.dataset, root=args.root, split=name)) for name in names or ["all"]
    ]
    return bag_splits(
        args.output,
        splits,
        rate_hz=args.rate,
        jpeg_quality=args.jpeg_quality,
        progress=progress,
    )
