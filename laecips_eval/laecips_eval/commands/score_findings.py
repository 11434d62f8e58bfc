"""`laecips score-findings`: precision and recall of findings in a replay that has ended."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = "precision and recall of findings in a finished replay, by class"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "folder", type=Path, metavar="DIR", help="folder that a live `laecips replay --out` filled"
    )
    parser.add_argument(
        "--classes",
        nargs="+",
        metavar="CLASS",
        help="classes of the findings; without it those that the robot looked for, else the "
        "defects of the inspection scene",
    )
    parser.add_argument(
        "--smallest", type=int, help="smallest area of a region in pixels; without it the robot's"
    )
    parser.add_argument("-o", "--output", type=Path, help="write the figures to this JSON file")


def run(args: argparse.Namespace) -> int:
    """Score the findings and show them.

    Raises:
        ValueError: the folder has no complete result, its bag no truth, or a class is unknown.
        OSError: a file cannot be read or written.
    """
    import json
    from dataclasses import replace

    from laecips_cloud.console import progress_bar
    from laecips_cloud.library.model_library import VERSIONS
    from laecips_edge.core.atomic_files import whole_file
    from laecips_edge.core.frame.edge_settings import EdgeSettings
    from rich.console import Console

    from laecips_eval.bags import open_bag
    from laecips_eval.inspection_scene.classes import CLASSES, DEFECTS
    from laecips_eval.reports.output_names import FRAMES, LIBRARY, RESULT
    from laecips_eval.reports.report_table import findings_table, reported_table
    from laecips_eval.reports.result_findings import score_result
    from laecips_eval.run_view.opened_run import live_report
    from laecips_eval.scoring.frame_log import read_rows

    report = live_report(args.folder)
    if report.bag.drift:
        raise ValueError(f"{args.folder} was played under a drift: its pictures are not in the bag")
    settings = EdgeSettings.from_parameters(report.setup.parameters["edge"]).findings
    names = args.classes or settings.classes or tuple(CLASSES[index] for index in DEFECTS)
    settings = replace(settings, classes=tuple(names), smallest=args.smallest or settings.smallest)
    with progress_bar("frames") as progress:
        scored = score_result(
            args.folder / RESULT,
            report=report,
            rows=read_rows(args.folder / FRAMES),
            bag=open_bag(report.bag.path, report.bag.topic),
            versions=args.folder / LIBRARY / VERSIONS,
            settings=settings,
            progress=progress,
        )
    console = Console()
    console.print(findings_table(scored.figures))
    console.print(reported_table(scored.reported))
    console.print(
        f"{scored.findings} findings in {scored.frames} frames, regions of {settings.smallest} "
        f"pixels or more; f ran again on the {scored.run_again} frames that the cloud answered: "
        f"{scored.differing} other label maps",
        highlight=False,
        soft_wrap=True,
    )
    if args.output is not None:
        with whole_file(args.output) as file:
            figures = [it.model_dump() for it in scored.figures]
            reported = {name: it.model_dump() for name, it in scored.reported.items()}
            json.dump({"regions": figures, "reported": reported}, file, indent=2)
            file.write("\n")
    return 0
