"""`laecips experiment`: run an experiment and write its page of results."""

from __future__ import annotations

import argparse
from pathlib import Path

from laecips_eval.commands.options import CAMVID_LAYOUT

HELP = "run an experiment and write its page: labelling, teachers"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "name",
        choices=["labelling", "teachers"],
        help="labelling: gain from frames that people label, chosen ones against random ones; "
        "teachers: gain from a large model in the cloud, by masks and by class scores",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        help="the page; without it docs/results/labelling.md or large-models.md",
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
        help="folder of the networks that do not ship, without it out/NAME; missing ones are "
        "trained there",
    )
    parser.add_argument(
        "--every",
        type=int,
        metavar="N",
        help="teachers: use every N-th frame, instead of the value of the settings",
    )
    parser.add_argument(
        "--neu-seg",
        type=Path,
        metavar="DIR",
        help="labelling: folder of NEU-Seg, as `laecips train --dataset folder` takes it, with the "
        "splits train and held_out",
    )
    parser.add_argument(
        "--page-only",
        action="store_true",
        help="labelling: write the page of the rows that there are, and run nothing",
    )


def run(args: argparse.Namespace) -> int:
    """Run the experiment.

    Raises:
        ValueError: settings, data set or networks cannot be used.
        OSError: the page cannot be written.
    """
    if args.name == "labelling":
        return _labelling(args)
    from laecips_eval.experiments.teachers.run import run_teachers

    if args.every is not None and args.every < 1:
        raise ValueError(f"--every is {args.every}: give at least 1")
    output = args.output or Path("docs/results/large-models.md")
    run_teachers(
        output,
        config=args.config,
        camvid=args.camvid,
        models=args.models or Path("out/teachers"),
        every=args.every,
    )
    print(f"wrote {output}")
    return 0


def _labelling(args: argparse.Namespace) -> int:
    from laecips_eval.experiments.labelling.run import run_labelling

    if args.neu_seg is None:
        raise ValueError("experiment labelling needs its pictures: give --neu-seg")
    output = args.output or Path("docs/results/labelling.md")
    run_labelling(
        output,
        root=args.neu_seg,
        models=args.models or Path("out/labelling"),
        config=args.config,
        page_only=args.page_only,
    )
    print(f"wrote {output}")
    return 0
