"""`laecips bundle`: list, show, compare and pin the bundles of a robot, a library or any folder."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = "list, show and compare model bundles; pin a robot to a version"

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
    else:
        print(pin_store(args.store.expanduser(), _version(args.version)))
    return 0


def _version(text: str) -> int | None:
    if text == "none":
        return None
    if not text.isdecimal() or int(text) < 1:
        raise ValueError(f"version {text!r} is neither a number from 1 on nor none")
    return int(text)
