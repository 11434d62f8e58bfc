"""`laecips new`: from pictures and masks of one's own to a robot's bundle, in one command."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

HELP = "From your own pictures and masks to a robot's bundle: check, train, replay, report."

_LEARNT, _HELD_OUT = 120, 40  # frames of --quick
_FEWEST_DRIFTED = 10  # held-out frames for the segments of a drift


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument(
        "folder",
        type=Path,
        metavar="DIR",
        help="folder for all that is made; of an earlier run: goes on where it stopped",
    )
    pictures = parser.add_argument_group("pictures; asked for on a terminal")
    pictures.add_argument("--images", metavar="DIR", help="folder of the pictures")
    pictures.add_argument(
        "--masks", metavar="DIR", help="folder of the masks, named after their pictures"
    )
    pictures.add_argument(
        "--classes",
        metavar="NAMES",
        help="names with commas between, in the order of the values in the masks; or a "
        "classes.yaml",
    )
    pictures.add_argument(
        "--split-by",
        choices=("time", "random", "folder"),
        help="how pictures are held out: the last fifth by name (time, as a rule), by lot, or by "
        "their first folder",
    )
    pictures.add_argument(
        "--root",
        metavar="DIR",
        help="in the place of these: a folder that `laecips dataset check` takes",
    )
    parser.add_argument("--name", help="name of the bundle; without it DIR's")
    parser.add_argument(
        "--drift",
        action=argparse.BooleanOptionalAction,
        help="replay the held-out pictures under the drift of DIR/drift.yaml, which is an example "
        "until you edit it (as a rule); or as they are",
    )
    parser.add_argument(
        "--teacher",
        action=argparse.BooleanOptionalAction,
        help="train a large network for the cloud too, on the same pictures",
    )
    parser.add_argument(
        "--quick",
        action=argparse.BooleanOptionalAction,
        help="a dry run with a few pictures, to see that all fits together; it learns nothing",
    )
    parser.add_argument(
        "--training",
        metavar="OPTIONS",
        help='further options of `laecips train`, such as --training="--steps 4000 --threads 4"',
    )


def run(args: argparse.Namespace) -> int:
    """Run the steps that are not done yet; return the exit status.

    Raises:
        ValueError: DIR holds other things, or the pictures cannot be used.
        OSError: DIR cannot be written.
    """
    from laecips_cloud.training.data.frame_folder import FrameFolder
    from laecips_edge.cli import main

    from laecips_bringup.own_pictures.data_folder import held_out_split
    from laecips_bringup.own_pictures.record import Record
    from laecips_bringup.own_pictures.steps import DATA, DRIFT, NewPlan, run_steps
    from laecips_bringup.own_pictures.summary import summary

    folder = args.folder.resolve()
    record = Record(folder)
    asked = _asked(args, record.asked)
    record.ask(asked)
    data = folder / DATA
    _describe(asked, data)
    held_out = held_out_split(data)
    many = len(FrameFolder(data, held_out)) >= _FEWEST_DRIFTED
    wanted = many if asked["drift"] is None else asked["drift"]
    plan = NewPlan(
        folder=folder,
        name=asked["name"] or folder.name,
        held_out=held_out,
        drift=wanted and _has_drift(folder / DRIFT),
        teacher=bool(asked["teacher"]),
        quick=bool(asked["quick"]),
        training=tuple(shlex.split(asked["training"] or "")),
    )
    status = run_steps(
        plan.steps(), record, pictures=FrameFolder(data).fingerprint, command=main, tell=_tell
    )
    if status:
        _tell(f"stopped; `laecips new {shlex.quote(str(args.folder))}` goes on from here")
        return status
    for line in summary(folder, quick=plan.quick):
        print(line)
    return 0


def _asked(args: argparse.Namespace, before: dict[str, Any]) -> dict[str, Any]:
    """Return the options: as given, else as of the last run, else as answered on the terminal."""
    described = ("images", "masks", "classes", "split_by")
    names = (*described, "root", "name", "drift", "teacher", "quick", "training")
    given = {name: getattr(args, name) for name in names}
    if given["root"]:  # the one way or the other, not a mixture of two runs
        for name in described:
            if given[name] is not None:
                option = name.replace("_", "-")
                raise ValueError(f"--{option}: the folder of --root says it itself; leave it out")
        before = before | dict.fromkeys(described)
    elif given["images"]:
        before = before | {"root": None}
    asked = {
        name: value if value is not None else before.get(name) for name, value in given.items()
    }
    if not asked["root"]:
        for name, question in (
            ("images", "folder of the pictures"),
            ("masks", "folder of the masks"),
            ("classes", "classes, in the order of the values in the masks, with commas between"),
        ):
            asked[name] = asked[name] or _answer(name, question, input)
    paths = ["root", "images", "masks"]
    if (asked["classes"] or "").endswith((".yaml", ".yml")):
        paths.append("classes")
    for name in paths:
        if path := asked[name]:  # a later run may be started elsewhere
            asked[name] = str(Path(path).expanduser().resolve())
    return asked


def _answer(name: str, question: str, ask: Callable[[str], str]) -> str:
    if not sys.stdin.isatty():
        raise ValueError(f"--{name} is missing: {question}; or give a labelled folder with --root")
    answer = ""
    while not answer:
        answer = ask(f"{question}: ").strip()
    return answer


def _describe(asked: dict[str, Any], data: Path) -> None:
    from laecips_bringup.own_pictures.data_folder import (
        describe_folder,
        describe_pictures,
        keep_few,
    )

    if asked["root"]:
        describe_folder(Path(asked["root"]), data)
    else:
        describe_pictures(
            Path(asked["images"]),
            Path(asked["masks"]),
            asked["classes"],
            data,
            by=asked["split_by"] or "time",
        )
    if asked["quick"]:
        keep_few(data, learnt=_LEARNT, held_out=_HELD_OUT)


def _has_drift(path: Path) -> bool:
    """Put the example of a drift there, where there is none yet and one is installed."""
    from laecips_bringup.graph.installed_files import config_file

    example = config_file(path.name)
    if not path.exists() and example is not None:
        path.write_bytes(example.read_bytes())
    return path.exists()


def _tell(line: str) -> None:
    print(line, flush=True)
