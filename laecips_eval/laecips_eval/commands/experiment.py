"""`laecips experiment`: run an experiment and write its page of results."""

from __future__ import annotations

import argparse
from pathlib import Path

from laecips_eval.commands.options import CAMVID_LAYOUT

HELP = "run an experiment and write its page: teachers"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "name",
        choices=["teachers"],
        help="teachers: gain from a large model in the cloud, by masks and by class scores",
    )
    parser.add_argument(
        "-o", "--output", type=Path, help="the page; without it docs/results/large-models.md"
    )
    parser.add_argument(
        "--config", type=Path, help="settings; without it config/experiments/NAME.yaml as installed"
    )
    parser.add_argument(
        "--camvid",
        type=Path,
        metavar="ROOT",
        help=f"folder of CamVid, which must hold {CAMVID_LAYOUT}; without it CamVid is left out",
    )
    parser.add_argument(
        "--models",
        type=Path,
        default=Path("out/teachers"),
        help="folder of the networks that do not ship; missing ones are trained there",
    )
    parser.add_argument(
        "--every",
        type=int,
        metavar="N",
        help="use every N-th frame, instead of the value of the settings",
    )


def run(args: argparse.Namespace) -> int:
    """Run the experiment.

    Raises:
        ValueError: settings, data set or networks cannot be used.
        OSError: the page cannot be written.
    """
    from laecips_eval.experiments.teachers.run import run_teachers

    if args.every is not None and args.every < 1:
        raise ValueError(f"--every is {args.every}: give at least 1")
    output = args.output or Path("docs/results/large-models.md")
    run_teachers(
        output,
        config=args.config,
        camvid=args.camvid,
        models=args.models,
        every=args.every,
    )
    print(f"wrote {output}")
    return 0
