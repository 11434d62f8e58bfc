"""`laecips experiment`: run an experiment and write its page of results."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from laecips_eval.commands.options import CAMVID_LAYOUT
from laecips_eval.commands.profiled import profiled

if TYPE_CHECKING:
    from laecips_eval.experiments.miners.run import BagStream, BundleAndTeacher

HELP = (
    "run an experiment and write its page: edge-networks, first-training, labelling, miners, "
    "teachers, traffic"
)

_PAGES = {
    "edge-networks": Path("docs/results/edge-networks.md"),
    "first-training": Path("docs/results/first-training.md"),
    "labelling": Path("docs/results/labelling.md"),
    "miners": Path("docs/results/miners.md"),
    "teachers": Path("docs/results/large-models.md"),
    "traffic": Path("docs/results/traffic.md"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "name",
        choices=list(_PAGES),
        help="edge-networks: the networks that can be f, after trainings of equal length; "
        "first-training: what each part of f's recipe brings; labelling: gain from frames "
        "that people label, chosen ones against random ones; miners: which frames are worth an "
        "upload, and how well policies find them; teachers: gain from a large model in "
        "the cloud, by masks and by class scores; traffic: bytes of answers, and what their "
        "small coding changes; bytes of updates, and what they bring",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        help="the page; without it the one of that name in docs/results, of teachers "
        "large-models.md",
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
        help="edge-networks, miners, teachers, traffic: use every N-th frame, instead of the "
        "usual one",
    )
    parser.add_argument(
        "--neu-seg",
        type=Path,
        metavar="DIR",
        help="labelling: folder of NEU-Seg, as `laecips train --dataset folder` takes it, with the "
        "splits train and held_out",
    )
    parser.add_argument(
        "--networks",
        nargs="+",
        metavar="NAME",
        help="edge-networks: only these, the others are compared with the first",
    )
    parser.add_argument(
        "--page-only",
        action="store_true",
        help="first-training, labelling: write the page of what was run, and run nothing",
    )
    first = parser.add_argument_group("of first-training")
    first.add_argument(
        "--root",
        nargs="+",
        metavar="NAME=DIR",
        help="folders of your own pictures with masks, as for `laecips train --dataset folder`",
    )
    first.add_argument(
        "--runs",
        type=Path,
        default=Path("out/first-training"),
        help="folder of the finished runs, which are not made again",
    )
    first.add_argument("--sets", nargs="+", metavar="NAME", help="only these sets")
    first.add_argument("--recipes", nargs="+", metavar="NAME", help="only these recipes")
    first.add_argument(
        "--seconds",
        nargs="+",
        type=float,
        default=[225.0],
        help="processor time of a training; edge-networks takes one, too",
    )
    first.add_argument(
        "--steps", type=int, help="most steps of a training: comparable on a busy machine too"
    )
    first.add_argument(
        "--seeds",
        nargs="+",
        type=int,
        help="seeds of the trainings, without it 0; miners, traffic: of the drives",
    )
    parser.add_argument(
        "--profile",
        type=Path,
        metavar="FILE",
        help="also write what the experiment spends its time on, for python -m pstats FILE",
    )
    miners = parser.add_argument_group("of miners")
    miners.add_argument(
        "--drive",
        nargs="*",
        metavar="NAME",
        help="only these inspection drives: patrol, shift; without a name none, only --stream",
    )
    miners.add_argument("--frames", type=int, metavar="N", help="length of a drive")
    miners.add_argument(
        "--bundle",
        type=Path,
        action="append",
        metavar="DIR",
        help="folder of a model bundle; without it the shipped one; given again, another pair, "
        "which is compared with the first",
    )
    miners.add_argument("--teacher", type=Path, help="network of the cloud; without it the shipped")
    miners.add_argument(
        "--appealnet",
        type=Path,
        metavar="DIR",
        help="a row of AppealNet: the bundle of one that began with the first --bundle "
        "(`laecips train --role appealnet`); where none is, one is made of the shipped pair, in "
        "about 15 minutes",
    )
    miners.add_argument(
        "--stream",
        action="append",
        metavar="NAME=BAG,BUNDLE,TEACHER[,APPEALNET]",
        help="a bag with truth, and what answers it; those of one name are measured together",
    )
    miners.add_argument("--engine", default="onnxruntime", help="of all three networks")


def run(args: argparse.Namespace) -> int:
    """Run the experiment.

    Raises:
        ValueError: settings, data set or networks cannot be used.
        OSError: the page cannot be written.
    """
    output = args.output or _PAGES[args.name]
    experiment = {
        "edge-networks": _edge_networks,
        "first-training": _first_training,
        "labelling": _labelling,
        "miners": _miners,
        "teachers": _teachers,
        "traffic": _traffic,
    }[args.name]
    with profiled(args.profile):
        experiment(args, output)
    print(f"wrote {output}")
    return 0


def _teachers(args: argparse.Namespace, output: Path) -> None:
    from laecips_eval.experiments.teachers.run import run_teachers

    if args.every is not None and args.every < 1:
        raise ValueError(f"--every is {args.every}: give at least 1")
    run_teachers(
        output,
        config=args.config,
        camvid=args.camvid,
        models=args.models or Path("out/teachers"),
        every=args.every,
    )


def _miners(args: argparse.Namespace, output: Path) -> None:
    from laecips_eval.experiments.miners.run import BundleAndTeacher, run_miners
    from laecips_eval.experiments.miners.settings import MinersSettings
    from laecips_eval.shipped_models import shipped_bundle, shipped_teacher

    settings = MinersSettings.load(args.config).changed(
        drives=args.drive, seeds=args.seeds, frames=args.frames, every=args.every
    )
    teacher = args.teacher or shipped_teacher()
    pairs = [
        BundleAndTeacher(bundle=bundle, teacher=teacher)
        for bundle in args.bundle or [shipped_bundle()]
    ]
    if not settings.drives and not args.stream:
        raise ValueError("there is nothing to measure: give --drive a name, or a --stream")
    run_miners(
        output,
        settings,
        pairs=pairs,
        appealnet=None if args.appealnet is None else _appealnet(args.appealnet, pairs[0]),
        streams=[_stream(text) for text in args.stream or ()],
        folder=args.models or Path("out/miners"),
        engine=args.engine,
        command=_miners_command(args),
    )


def _appealnet(folder: Path, pair: BundleAndTeacher) -> Path:
    """Return the AppealNet beside a pair; make that of the shipped pair where there is none."""
    from laecips_cloud.console import timed_lines

    from laecips_eval.experiments.miners.made_appealnet import made_appealnet
    from laecips_eval.shipped_models import shipped_bundle

    if not folder.exists() and pair.bundle.resolve() != shipped_bundle().resolve():
        raise ValueError(
            f"--appealnet {folder}: is not there; make that of --bundle {pair.bundle} with "
            "laecips train --role appealnet, on the data set of its training"
        )
    return made_appealnet(folder, pair=pair.bundle, teacher=pair.teacher, progress=timed_lines())


def _miners_command(args: argparse.Namespace) -> str:
    """Return the command with the options that change what is measured."""
    words = ["laecips experiment miners"]
    for name in ("config", "drive", "seeds", "frames", "every", "teacher", "appealnet"):
        value = getattr(args, name)
        if value is not None:
            words += [f"--{name}", *map(str, value if isinstance(value, list) else [value])]
    for name in ("bundle", "stream"):
        for value in getattr(args, name) or ():
            words += [f"--{name}", str(value)]
    if args.engine != "onnxruntime":
        words += ["--engine", args.engine]
    return " ".join(words)


def _stream(text: str) -> BagStream:
    from laecips_eval.experiments.miners.run import BagStream, BundleAndTeacher

    name, _, rest = text.partition("=")
    folders = rest.split(",")
    if not _is_name(name) or len(folders) not in (3, 4) or not all(folders):
        raise ValueError(
            f"--stream {text!r} is not NAME=BAG,BUNDLE,TEACHER[,APPEALNET] with a NAME of letters, "
            "digits, - and _"
        )
    bag, bundle, teacher, *appealnet = map(Path, folders)
    return BagStream(
        name=name,
        bag=bag,
        pair=BundleAndTeacher(bundle=bundle, teacher=teacher),
        appealnet=appealnet[0] if appealnet else None,
    )


def _traffic(args: argparse.Namespace, output: Path) -> None:
    from laecips_eval.experiments.traffic.run import EVERY, SEEDS, run_traffic

    every = EVERY if args.every is None else args.every
    if every < 1:
        raise ValueError(f"--every is {every}: give at least 1")
    run_traffic(
        output,
        models=args.models or Path("out/traffic"),
        every=every,
        seeds=args.seeds or SEEDS,
    )


def _edge_networks(args: argparse.Namespace, output: Path) -> None:
    from laecips_eval.experiments.edge_networks.run import EVERY, NETWORKS, run_edge_networks

    if len(args.seconds) != 1 or not args.seconds[0] > 0:
        raise ValueError("experiment edge-networks: give one number above 0 for --seconds")
    run_edge_networks(
        output,
        models=args.models or Path("out/edge-networks"),
        seconds=args.seconds[0],
        networks=args.networks or NETWORKS,
        every=EVERY if args.every is None else args.every,
    )


def _labelling(args: argparse.Namespace, output: Path) -> None:
    from laecips_eval.experiments.labelling.run import run_labelling

    if args.neu_seg is None:
        raise ValueError("experiment labelling needs its pictures: give --neu-seg")
    run_labelling(
        output,
        root=args.neu_seg,
        models=args.models or Path("out/labelling"),
        config=args.config,
        page_only=args.page_only,
    )


def _first_training(args: argparse.Namespace, output: Path) -> None:
    from laecips_cloud.console import timed_lines
    from laecips_edge.core.atomic_files import whole_file

    from laecips_eval.experiments.first_training.page import first_training_page
    from laecips_eval.experiments.first_training.run import TrainingPlan, read_runs, run_missing

    roots = dict(_named(text) for text in args.root or ())
    if args.camvid is not None:
        roots["camvid"] = args.camvid
    plan = TrainingPlan.of(
        roots,
        sets=args.sets,
        variants=args.recipes,
        seconds=args.seconds,
        most_steps=args.steps,
        seeds=args.seeds or [0],
    )
    if not args.page_only:
        run_missing(args.runs, plan, progress=timed_lines())
    output.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(output) as file:
        file.write(first_training_page(read_runs(args.runs)))


def _named(text: str) -> tuple[str, Path]:
    name, separator, folder = text.partition("=")
    if not separator or not _is_name(name):
        raise ValueError(f"--root {text!r} is not NAME=DIR with a NAME of letters, digits, - and _")
    return name, Path(folder)


def _is_name(text: str) -> bool:
    return text.replace("-", "").replace("_", "").isalnum()
