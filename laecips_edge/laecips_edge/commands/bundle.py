"""`laecips bundle`: list, show, compare, time and pin the bundles of a robot or any folder."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from laecips_edge.core.bundle.bundle import Bundle

HELP = "list, show and compare model bundles; time engines; pin a robot to a version"

DEFAULT_STORE = "~/.ros/laecips/models"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="list all bundles in a folder and below it")
    listing.add_argument(
        "store",
        nargs="?",
        type=Path,
        default=Path(DEFAULT_STORE),
        metavar="STORE",
        help="folder to search",
    )
    show = actions.add_parser("show", help="show a bundle's manifest, gate and training")
    show.add_argument("path", type=Path, metavar="PATH", help="folder of the bundle")
    diff = actions.add_parser(
        "diff", help="compare two bundles: manifests, and the change of the weights"
    )
    diff.add_argument("one", type=Path, metavar="A", help="folder of the older bundle")
    diff.add_argument("other", type=Path, metavar="B", help="folder of the newer bundle")
    engines = actions.add_parser(
        "engines",
        help="time the engines on a bundle here and keep it, so that a robot with `engine: auto` "
        "starts with the fastest one",
    )
    engines.add_argument("path", type=Path, metavar="PATH", help="folder of the bundle")
    engines.add_argument(
        "--providers",
        nargs="+",
        default=["CPUExecutionProvider"],
        help="as the robot's parameter `providers`",
    )
    engines.add_argument(
        "--threads", type=int, default=1, help="as the robot's parameter `threads`"
    )
    pin = actions.add_parser(
        "pin",
        help="pin a robot to a version from its next start on (while it runs, call ~/adapt)",
    )
    pin.add_argument("store", type=Path, metavar="STORE", help="folder of the robot's model store")
    pin.add_argument("version", metavar="VERSION", help="the version; `none` to unpin")


def run(args: argparse.Namespace) -> int:
    """Run the chosen action.

    Raises:
        ValueError: an argument is wrong, or a bundle or store cannot be used; one line.
        OSError: a file cannot be read or written.
    """
    from laecips_edge.core.bundle import bundle_report
    from laecips_edge.core.bundle.bundle import Bundle
    from laecips_edge.core.update.pin import pin_store

    if args.action == "list":
        root = args.store.expanduser()
        print(bundle_report.table(bundle_report.find_bundles(root), root=root))
    elif args.action == "show":
        print(bundle_report.describe(Bundle.load(args.path)))
    elif args.action == "diff":
        print(bundle_report.differences(Bundle.load(args.one), Bundle.load(args.other)))
    elif args.action == "engines":
        _time_engines(Bundle.load(args.path), args.providers, args.threads)
    else:
        print(pin_store(args.store.expanduser(), _version(args.version)))
    return 0


def _time_engines(bundle: Bundle, providers: list[str], threads: int) -> None:
    from laecips_edge.core.inference.engine_probe import (
        able_engines,
        fastest,
        present_engines,
        probe_engines,
        table,
    )
    from laecips_edge.core.inference.probed_engines import ProbedEngines

    engines = able_engines(bundle, present_engines())
    probed = probe_engines(bundle.path, engines=engines, providers=providers, threads=threads)
    print(table(probed))
    kept = ProbedEngines(providers=providers, threads=threads)
    kept.write(bundle.manifest, probed)
    print(f"engine auto takes {fastest(probed)} ({kept.file(bundle.manifest)})")


def _version(text: str) -> int | None:
    if text == "none":
        return None
    if not text.isdecimal() or int(text) < 1:
        raise ValueError(f"version {text!r} is neither a number from 1 on nor none")
    return int(text)
