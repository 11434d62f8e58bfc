"""`laecips drift`: pictures or a bag of one's own, under another light, dust, camera."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from laecips_eval.drift.plan import DriftPlan
    from laecips_eval.drift.recipe import DriftRecipe

HELP = "put pictures or a bag of your own under drift: light, dust, blur, noise, a moved camera"

_STORAGE = (".mcap", ".db3")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "source", type=Path, metavar="IN", help="bag, or folder of pictures with or without labels"
    )
    parser.add_argument("target", type=Path, metavar="OUT", help="the new bag or folder")
    parser.add_argument(
        "--set",
        type=Path,
        required=True,
        metavar="FILE",
        dest="recipe",
        help="YAML with segments and their dials, as in config/drift.yaml",
    )
    parser.add_argument("--bag", action="store_true", help="make a bag of a folder of pictures")
    parser.add_argument("--rate", type=float, default=10.0, help="pictures a second of that bag")
    parser.add_argument(
        "--image-topic", help="the bag's topic with pictures; without it its only one"
    )


def run(args: argparse.Namespace) -> int:
    """Make the bag or the folder.

    Raises:
        ValueError: recipe or pictures cannot be used, or something is there already.
        OSError: the target cannot be written.
    """
    from laecips_eval.drift.recipe import read_recipe

    recipe = read_recipe(args.recipe)
    if args.target.exists():
        raise ValueError(f"{args.target}: there already; remove it, or name another place")
    if _is_bag(args.source):
        if args.bag:
            raise ValueError(f"--bag: {args.source} is a bag already; leave it out")
        plan, told = _from_bag(args, recipe)
    else:
        if args.image_topic:
            raise ValueError(f"--image-topic: {args.source} is no bag; leave it out")
        plan, told = _from_folder(args, recipe)
    print(f"{args.target}: {told}")
    for segment, part in zip(plan.segments, recipe.segments, strict=True):
        print(f"  {segment.name}: {segment.start} to {segment.stop - 1}, {part.told()}")
    return 0


def _is_bag(path: Path) -> bool:
    return path.suffix in _STORAGE or (path / "metadata.yaml").is_file()


def _from_bag(args: argparse.Namespace, recipe: DriftRecipe) -> tuple[DriftPlan, str]:
    from laecips_cloud.console import progress_bar

    from laecips_eval.bags import open_bag
    from laecips_eval.drift.drifted_bag import DriftedBag, write_drifted_bag

    bag = DriftedBag(open_bag(args.source, args.image_topic), recipe)
    with progress_bar("frames") as progress:
        labels = write_drifted_bag(bag, args.target, progress=progress)
    told = f"{len(bag)} frames of {bag.image_topic}, {labels} with truth"
    if bag.others:
        told += f"; left out: {', '.join(sorted(bag.others))}"
    return bag.plan, told


def _from_folder(args: argparse.Namespace, recipe: DriftRecipe) -> tuple[DriftPlan, str]:
    from laecips_cloud.console import progress_bar

    from laecips_eval.drift.perturb import Perturbation
    from laecips_eval.drift.picture_folder import PictureFolder, write_bag, write_folder
    from laecips_eval.drift.plan import plan

    source = PictureFolder(args.source)
    drift = Perturbation(plan(recipe, len(source)))
    with progress_bar("pictures") as progress:
        if args.bag:
            write_bag(source, drift, args.target, rate_hz=args.rate, progress=progress)
        else:
            write_folder(source, drift, args.target, progress=progress)
    return drift.plan, f"{len(source)} pictures, {source.labelled} with labels"
