"""`laecips models`: which published weights there are; fetches them, and exports SAM's."""

from __future__ import annotations

import argparse

from laecips_cloud.commands.export_sam import ACTION, add_export_sam
from laecips_cloud.commands.export_sam import run as _export_sam

HELP = "list published weights of large models, fetch them into the cache, export SAM"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    about = "names, sizes and what is in the cache"
    actions.add_parser("list", help=about, description=about)
    about = "bring one into the cache, checked; an attempt that was cut is gone on with"
    fetch = actions.add_parser("fetch", help=about, description=about)
    fetch.add_argument("name", metavar="NAME", help="as `laecips models list` has it")
    fetch.add_argument(
        "--from",
        dest="source",
        default="",
        metavar="FILE_OR_URL",
        help="in the place of the address where it is published",
    )
    fetch.add_argument("--force", action="store_true", help="fetch it anew where there is one")
    add_export_sam(actions)


def run(args: argparse.Namespace) -> int:
    """Does it."""
    {"list": _list, "fetch": _fetch, ACTION: _export_sam}[args.action](args)
    return 0


def _list(_: argparse.Namespace) -> None:
    from laecips_cloud.published_weights.catalogue import CATALOGUE, PublishedModel, cache
    from laecips_cloud.published_weights.download import part_of

    folder = cache()

    def state(model: PublishedModel) -> str:
        path = folder / model.file_name
        if path.is_file():
            # Its sum is checked when it is fetched and when it is loaded.
            return "fetched" if path.stat().st_size == model.bytes else "damaged"
        part = part_of(path)
        return f"{part.stat().st_size * 100 // model.bytes} %" if part.is_file() else "-"

    print(f"{'name':<12}{'MB':>6}  {'here':<10}{'licence':<12}what")
    for model in CATALOGUE.values():
        print(
            f"{model.name:<12}{model.bytes / 1e6:>6.0f}  {state(model):<10}{model.licence:<12}"
            f"{model.about}"
        )
    print(f"fetched ones are in {folder}")


def _fetch(args: argparse.Namespace) -> None:
    from laecips_cloud.console import byte_bar
    from laecips_cloud.published_weights.catalogue import CATALOGUE, cache
    from laecips_cloud.published_weights.download import fetch

    if args.name not in CATALOGUE:
        raise ValueError(f"{args.name!r} is not known: take one of {', '.join(CATALOGUE)}")
    model = CATALOGUE[args.name]
    with byte_bar(model.name) as progress:
        came = fetch(model, source=args.source, force=args.force, progress=progress)
    print(f"{cache() / model.file_name}: {'fetched' if came else 'is there'}, as published")
