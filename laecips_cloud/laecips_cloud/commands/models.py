"""`laecips models`: list and fetch published weights, and export SAM's."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = "list published weights of large models, fetch them into the cache, export SAM"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
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
    about = "export a checkpoint of SAM for the mask generator sam_onnx, and try it against torch"
    export = actions.add_parser("export-sam", help=about, description=about)
    export.add_argument(
        "checkpoint",
        metavar="CHECKPOINT",
        help="of segment-anything, any size: a path, or a name that was fetched",
    )
    export.add_argument(
        "-o", "--output", type=Path, required=True, metavar="FOLDER", help="for the files"
    )
    export.add_argument(
        "--int8",
        action="store_true",
        help="let the image encoder multiply in int8: half the file and faster on ONNX Runtime, "
        "for masks that differ a little; refused where they differ too much",
    )


def run(args: argparse.Namespace) -> int:
    """Run the command; return the exit status.

    Raises:
        ValueError: a model or checkpoint cannot be used, or an export disagrees with torch.
        OSError: a file cannot be written.
        ImportError: segment-anything or a package for the export is not installed.
    """
    {"list": _list, "fetch": _fetch, "export-sam": _export_sam}[args.action](args)
    return 0


def _list(_: argparse.Namespace) -> None:
    from laecips_cloud.published_weights.catalogue import CATALOGUE, PublishedModel, cache
    from laecips_cloud.published_weights.download import part_of

    folder = cache()

    def state(model: PublishedModel) -> str:
        path = folder / model.file_name
        if path.is_file():
            # The checksum is compared when the file is fetched and when it is loaded.
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


def _export_sam(args: argparse.Namespace) -> None:
    from laecips_cloud.mask_generators.sam.export.sam_export import export_sam
    from laecips_cloud.mask_generators.sam.onnx_backend.manifest import FILES

    manifest = export_sam(args.checkpoint, args.output, int8=args.int8)
    size = sum((args.output.expanduser() / name).stat().st_size for name in FILES)
    agreement = manifest.agreement
    print(
        f"{args.output}: {size / 1e6:.0f} MB, for pictures of {manifest.image_size} pixels\n"
        f"against torch: masks' mean IoU {agreement['mask_iou']:.4f}, largest difference of a "
        f"rating {agreement['max_rating_difference']:.1e}\n"
        f"use it: mask_generator: sam_onnx, mask_options: [model={args.output}]"
    )
