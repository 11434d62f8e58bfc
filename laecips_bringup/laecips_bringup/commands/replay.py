"""`laecips replay`: play a bag through edge and cloud, live or offline, and write a report."""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path

from laecips_edge.core.cache_folder import cache_folder

from laecips_bringup.commands.run_options import (
    NO_LINK,
    RATE,
    add_run_arguments,
    check,
    edge_parameters,
    link_options,
)

DISAGREES = 1
TRAINING_TAKES_S = 30.0
HELP = "Replay a bag through edge and cloud, and report what came of it."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("bag", type=Path, help="folder or file of the bag")
    add_run_arguments(parser, out=Path("out/replay"))
    parser.add_argument(
        "--image-topic", default=None, help="the bag's topic with pictures; default: its only one"
    )
    parser.add_argument(
        "--truth-dir",
        type=Path,
        default=None,
        metavar="DIR",
        help="label maps (PNG) for scoring, named by stamp or by number of their picture from 0; "
        "default: the bag's own truth, if any",
    )
    parser.add_argument(
        "--perturb",
        type=Path,
        default=None,
        metavar="FILE",
        help="play the bag under a drift: YAML as of `laecips drift --set`",
    )
    learning = parser.add_argument_group("learning while it works")
    learning.add_argument(
        "--train", action="store_true", help="run the trainer too; the robot takes what it makes"
    )
    learning.add_argument(
        "--source",
        type=Path,
        default=None,
        metavar="DIR",
        help="labelled source frames for it (images/, labels/, classes.yaml); default: those of "
        "the shipped bundle",
    )
    offline = parser.add_argument_group("without ROS")
    offline.add_argument(
        "--offline",
        action="store_true",
        help="the same modules without ROS, frame by frame, nothing dropped; over --link come new "
        "pairs alone",
    )
    offline.add_argument(
        "--train-takes",
        type=float,
        default=None,
        metavar="S",
        help=f"seconds of the bag that a training takes ({TRAINING_TAKES_S:g})",
    )
    offline.add_argument(
        "--compare",
        type=Path,
        default=None,
        metavar="REPORT",
        help="take all settings from this live report and compare with its frames; "
        "default: the one in --out, where there is one",
    )


def run(args: argparse.Namespace) -> int:
    """Replay the bag; return the exit status."""
    from laecips_eval.bags import open_bag

    check(args)
    _check_together(args)
    open_bag(args.bag, args.image_topic)  # a wrong name is told before source frames are drawn
    source = source_of(args) if args.train else None
    if args.offline:
        return _run_offline(args, source)
    return run_live(
        args,
        args.bag,
        image_topic=args.image_topic,
        truth_dir=args.truth_dir,
        perturb=args.perturb,
        source=source,
    )


def _check_together(args: argparse.Namespace) -> None:
    """Refuse an option that without another one, or beside it, would have no effect.

    Raises:
        ValueError: names the first.
    """
    for bad, problem in (
        (
            args.source is not None and not args.train,
            f"--source {args.source}: frames for the trainer; say --train too",
        ),
        (
            args.train_takes is not None and not (args.offline and args.train),
            "--train-takes goes with --offline and --train",
        ),
        (
            args.offline and args.rate != RATE,
            f"--rate {args.rate:g}: without ROS frames have no rate; leave it out",
        ),
        (
            args.offline and args.link != NO_LINK and not args.train,
            f"--link {args.link}: without ROS only what is learnt comes over a link: say --train "
            "too",
        ),
        (args.offline and bool(args.cut), "--cut: without ROS no link is cut"),
        (
            args.compare is not None and not args.offline,
            "--compare goes with --offline: a live run is what it is compared with",
        ),
    ):
        if bad:
            raise ValueError(problem)


def source_of(args: argparse.Namespace) -> Path:
    """Return the trainer's folder of source frames; draw it for the shipped bundle.

    Raises:
        ValueError: no folder is given, and the bundle is not the shipped one.
    """
    from laecips_cloud.console import progress_bar
    from laecips_eval.datasets.source_frames import ensure_source

    if getattr(args, "source", None) is not None:
        return Path(args.source)
    if not is_shipped(args.bundle):
        raise ValueError(
            f"--train with {args.bundle}: give its labelled source frames with --source, the "
            "promotion gate is held on some of them"
        )
    with progress_bar("drawing source frames, once") as progress:
        return ensure_source(cache_folder() / "source", progress=progress)


def is_shipped(bundle: Path | None) -> bool:
    """Tell whether `--bundle` is the shipped one, which it is if it is not given."""
    from laecips_bringup.graph.installed_files import shipped_bundle

    return bundle is None or bundle.resolve() == shipped_bundle().resolve()


def run_live(
    args: argparse.Namespace,
    bag: Path,
    *,
    image_topic: str | None = None,
    truth_dir: Path | None = None,
    perturb: Path | None = None,
    source: Path | None = None,
    preset: str = "",
) -> int:
    """Replay a bag live and show the report; return the exit status.

    Args:
        args: the options that every replay has.
        bag: the bag to play.
        image_topic: the bag's picture topic; None for the only one.
        truth_dir: folder of label maps; None for the bag's own truth, if any.
        perturb: recipe of a drift to play the bag under; None for none.
        source: labelled source frames for the trainer; None for no training.
        preset: name of a file of `config/` for this kind of run; empty for none.
    """
    from laecips_eval.reports.output_names import FRAMES, LOGS, PAGE, REPORT, RESULT
    from laecips_eval.reports.report_table import report_table
    from rich.console import Console

    from laecips_bringup.graph.installed_files import shipped_bundle, teacher_for, usual_engine
    from laecips_bringup.live_replay.live_replay import Replay
    from laecips_bringup.live_replay.replay_options import ReplayOptions
    from laecips_bringup.processes.this_process import signals_interrupt

    console = Console()
    bundle, engine = args.bundle or shipped_bundle(), usual_engine()
    with signals_interrupt():
        outcome = Replay(
            ReplayOptions(
                bag=bag,
                bundle=bundle,
                teacher=teacher_for(bundle, args.teacher, engine=engine),
                out=args.out,
                rate=args.rate,
                bag_topic=image_topic,
                truth_dir=truth_dir,
                perturb=perturb,
                source=source,
                engine=engine,
                preset=preset,
                command=shlex.join(["laecips", *sys.argv[1:]]),
                params_file=args.params_file,
                edge=edge_parameters(args),
                record=not args.no_result_bag,
                link=link_options(args),
            ),
            console,
        ).run()
        console.print(report_table(outcome.report))
        bag_too = "" if args.no_result_bag else f", {RESULT}"
        written = f"{PAGE}, {REPORT}, {FRAMES}, {LOGS}/{bag_too}"
        console.print(f"{args.out}: {written}", highlight=False, markup=False, soft_wrap=True)
    if outcome.stopped_by is not None:
        raise outcome.stopped_by
    return 0


def _run_offline(args: argparse.Namespace, source: Path | None) -> int:
    from laecips_cloud.console import progress_bar
    from laecips_eval.reports.output_names import OFFLINE_FRAMES, OFFLINE_REPORT
    from laecips_eval.reports.report_table import report_table
    from rich.console import Console

    from laecips_bringup.graph.installed_files import shipped_bundle, teacher_for, usual_engine
    from laecips_bringup.offline_replay import OfflineOptions, run_offline

    console, link = Console(), link_options(args)
    bundle, engine = args.bundle or shipped_bundle(), usual_engine()
    with progress_bar("frames", console=console) as progress:
        report, agreement = run_offline(
            OfflineOptions(
                bag=args.bag,
                bundle=bundle,
                teacher=teacher_for(bundle, args.teacher, engine=engine),
                out=args.out,
                bag_topic=args.image_topic,
                truth_dir=args.truth_dir,
                perturb=args.perturb,
                engine=engine,
                source=source,
                train_takes_s=(TRAINING_TAKES_S if args.train_takes is None else args.train_takes),
                link=link.conditions if link is not None else None,
                edge=edge_parameters(args),
                teacher_named=bool(args.teacher),
                params_file=args.params_file,
                live=args.compare,
            ),
            progress=progress,
        )
    console.print(report_table(report))
    print(f"{args.out}: {OFFLINE_REPORT}, {OFFLINE_FRAMES}")
    if agreement is None:
        return 0
    print(f"against the live run: {agreement}")
    return 0 if agreement.complete else DISAGREES
