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
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, transient=True) as bar:
        task = bar.add_task("drawing the inspection drive, once", total=None, visible=False)

        def progress(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, visible=True)

        bag = ensure_main_bag(args.bags, progress=progress)
    return replay.run_live(args, bag)


def cache() -> Path:
    """Where things are kept that can be made again (XDG base directories)."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "laecips"
