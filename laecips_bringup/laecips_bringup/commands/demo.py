"""`laecips demo`: the inspection drive through edge and cloud."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from laecips_bringup.commands import replay

HELP = "Replay the inspection drive (made on the first run) through edge and cloud."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    replay.add_run_arguments(parser, out=Path("out/demo"))
    parser.add_argument(
        "--bags", type=Path, default=cache() / "bags", help="folder that the drive is kept in"
    )


def run(args: argparse.Namespace) -> int:
    """Makes the drive where it is not there yet, and replays it."""
    from laecips_eval.inspection.main_bag import ensure_main_bag
    from laecips_eval.progress_bar import progress_bar

    replay.check(args)
    with progress_bar("drawing the inspection drive, once") as progress:
        bag = ensure_main_bag(args.bags, progress=progress)
    return replay.run_live(args, bag)


def cache() -> Path:
    """Where things are kept that can be made again (XDG base directories)."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "laecips"
