"""`laecips demo`: an inspection drive through edge, cloud and trainer."""

from __future__ import annotations

import argparse
from pathlib import Path

from laecips_edge.core.cache_folder import cache_folder

from laecips_bringup.commands import replay
from laecips_bringup.commands.run_options import add_run_arguments, check

HELP = "Replay an inspection drive (made on the first run) through edge, cloud and trainer."

PRESET = "demo.yaml"

LINK = "4mbit,20ms"

RATE = 0.54
"""Two cores that are robot, cloud and trainer have no time for ten pictures a second."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    add_run_arguments(parser, out=Path("out/demo"), rate=RATE, link=LINK)
    parser.add_argument(
        "--bags",
        type=Path,
        default=cache_folder() / "bags",
        help="folder that the drive is kept in",
    )
    parser.add_argument(
        "--drive",
        choices=("patrol", "shift"),
        default="patrol",
        help="patrol: routine with bursts of trouble; shift: five long segments under drifts",
    )
    parser.add_argument(
        "--bag-seed", type=int, default=0, help="of the drive: another seed, other panels"
    )
    parser.add_argument("--no-train", action="store_true", help="without the trainer")


def run(args: argparse.Namespace) -> int:
    """Draw the drive if it does not exist, and replay it; return the exit status."""
    from laecips_cloud.console import progress_bar
    from laecips_eval.inspection_scene.make_bags import ensure_main_bag

    check(args)
    if not (args.no_train or replay.is_shipped(args.bundle)):
        raise ValueError(
            f"--bundle {args.bundle}: the demo has source frames for the trainer of the shipped "
            "bundle alone; say --no-train, or `laecips replay --train --source DIR`"
        )
    with progress_bar("drawing the inspection drive, once") as progress:
        bag = ensure_main_bag(args.bags, drive=args.drive, seed=args.bag_seed, progress=progress)
    source = None if args.no_train else replay.source_of(args)
    return replay.run_live(args, bag, source=source, preset=PRESET)
