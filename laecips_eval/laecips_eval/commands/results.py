"""`laecips results`: a documentation page with the results of finished replays."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = "write tables and figures of finished replays as a Markdown page"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "runs", nargs="+", metavar="NAME=DIR",
        help="name of a run in the tables, and the folder that `laecips replay --out` filled, live "
        "or --offline",
    )  # fmt: skip
    parser.add_argument("-o", "--output", type=Path, required=True, help="the page, PAGE.md")
    parser.add_argument("--title", default="Results", help="headline of the page")
    parser.add_argument(
        "--introduction", type=Path, help="a Markdown file to insert below the headline"
    )
    parser.add_argument(
        "--figures", nargs="*", metavar="NAME", help="runs to draw; without it all runs"
    )
    parser.add_argument(
        "--window", type=int, default=30, help="number of frames of a moving mean, at least 1"
    )


def run(args: argparse.Namespace) -> int:
    """Write the page, and one figure per run beside it.

    Raises:
        ValueError: a run is not NAME=DIR, two have one name, a folder has no valid report,
            `--figures` names an unknown run, or `--window` is below 1.
        OSError: a file cannot be read or written.
    """
    from laecips_eval.reports.docs.results_figure import draw_replay
    from laecips_eval.reports.docs.results_page import results_page
    from laecips_eval.reports.output_names import FRAMES, REPORT
    from laecips_eval.reports.report import read_report
    from laecips_eval.scoring.frame_log import read_rows

    if args.window < 1:
        raise ValueError(f"--window is {args.window}: it must be at least 1")
    folders: dict[str, Path] = {}
    for name, folder in map(_named, args.runs):
        if name in folders:
            raise ValueError(f"two runs have the name {name}: give each its own")
        folders[name] = folder
    drawn = folders if args.figures is None else args.figures
    for name in drawn:
        if name not in folders:
            raise ValueError(f"--figures names {name}, which is none of {', '.join(folders)}")
    reports = {name: read_report(_file(folder, REPORT)) for name, folder in folders.items()}
    introduction = args.introduction.read_text(encoding="utf-8") if args.introduction else ""
    args.output.parent.mkdir(parents=True, exist_ok=True)
    figures = []
    for name in drawn:
        figure = args.output.with_name(f"{args.output.stem}-{name}.svg")
        draw_replay(
            figure,
            rows=read_rows(_file(folders[name], FRAMES)),
            segments=reports[name].segments,
            window=args.window,
        )
        figures.append(figure.name)
    page = results_page(
        title=args.title, introduction=introduction, reports=reports, figures=figures
    )
    args.output.write_text(page, encoding="utf-8")
    print(f"wrote {args.output} and {len(figures)} figure(s)")
    return 0


def _named(text: str) -> tuple[str, Path]:
    name, separator, folder = text.partition("=")
    if not separator or not name.replace("-", "").replace("_", "").isalnum():
        raise ValueError(f"{text!r} is not NAME=DIR with a NAME of letters, digits, - and _")
    return name, Path(folder)


def _file(folder: Path, name: str) -> Path:
    """Return a file of a live run, or that of an offline one in a folder without a live run."""
    from laecips_eval.reports.output_names import FRAMES, OFFLINE_FRAMES, OFFLINE_REPORT, REPORT

    if (folder / REPORT).is_file() or not (folder / OFFLINE_REPORT).is_file():
        return folder / name
    return folder / {REPORT: OFFLINE_REPORT, FRAMES: OFFLINE_FRAMES}[name]
