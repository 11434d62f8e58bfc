"""`laecips dataset`: look at labelled pictures before anything is trained, or bring them in."""

from __future__ import annotations

import argparse
from pathlib import Path

from laecips_cloud.annotations import FORMAT_NAMES

from laecips_eval.commands.options import add_root

_LOOKED_AT = 200

HELP = "check labelled pictures of your own before a training, or bring them in from other formats"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the subcommands."""
    what = parser.add_subparsers(dest="what", required=True, metavar="WHAT", help="what to do")
    check = what.add_parser("check", help="say what a folder holds and what would spoil a training")
    check.add_argument("folder", nargs="?", type=Path, metavar="DIR", help="the same as --root")
    check.add_argument(
        "--dataset", choices=("camvid", "folder"), default="folder", help="whose usual splits"
    )
    add_root(check)
    check.add_argument("--split", help="split to learn from; without it the usual one")
    check.add_argument(
        "--held-out",
        help="split that nothing learns from, or the share of --split to keep back at its end; "
        "without it the usual one",
    )
    bring = what.add_parser("import", help="make such a folder of the annotations of another tool")
    bring.add_argument(
        "format", choices=FORMAT_NAMES, metavar="FORMAT", help=", ".join(FORMAT_NAMES)
    )
    bring.add_argument("source", type=Path, metavar="SRC", help="file or folder of annotations")
    bring.add_argument("target", type=Path, metavar="DST", help="the new folder")
    bring.add_argument(
        "--images", type=Path, metavar="DIR", help="folder with the pictures; without it SRC's"
    )
    bring.add_argument(
        "--classes",
        type=Path,
        metavar="FILE",
        help="YAML that says which class a category becomes: classes: {NAME: [CATEGORY, ...]}, and "
        "void and drop, lists of categories; without it each is a class",
    )
    bring.add_argument(
        "--background", metavar="NAME", help="class of pixels without a shape, as a rule background"
    )
    bring.add_argument(
        "--no-background", action="store_true", help="pixels without a shape have no class"
    )
    bring.add_argument(
        "--upright",
        action="store_true",
        help="turn pictures by their EXIF orientation, where their annotations were drawn so",
    )
    bring.add_argument(
        "--skip-empty", action="store_true", help="leave out pictures on which nothing was drawn"
    )


def run(args: argparse.Namespace) -> int:
    """Check, 1 where a training would be refused; or imports.

    Raises:
        ValueError: no folder is named, or nothing can be imported.
        OSError: it cannot be written.
    """
    if args.what == "import":
        return _import(args)
    root = args.folder or args.root
    if root is None:
        raise ValueError("name a folder: laecips dataset check DIR")
    return _check(args, root)


def _check(args: argparse.Namespace, root: Path) -> int:
    from laecips_cloud.console import progress_bar
    from laecips_cloud.training.data.frame_folder import FrameFolder

    from laecips_eval.datasets.checking.check_page import (
        class_table,
        headline,
        held_line,
        print_table,
    )
    from laecips_eval.datasets.checking.survey import survey
    from laecips_eval.datasets.checking.verdict import judge
    from laecips_eval.datasets.training_frames import names_of, open_training_frames

    try:
        folder = FrameFolder(root)
    except ValueError as error:
        _print_held(root)
        return _refuse([str(error)])
    learnt: tuple[str, ...] = ()
    held_out: tuple[str, ...] = ()
    unsplit = ""
    try:
        learnt, held_out = map(
            names_of,
            open_training_frames(args.dataset, root=root, split=args.split, held_out=args.held_out),
        )
    except ValueError as error:
        unsplit = str(error)
    with progress_bar("pictures") as progress:
        seen = survey(folder, progress)
    refused, notes = judge(folder, seen, learnt, held_out, unsplit)
    print(headline(folder, seen))
    table = class_table(folder, seen, folder.splits or {"learnt": learnt, "held out": held_out})
    print_table(table)
    for note in notes:
        print(f"note: {note}")
    if refused:
        if seen.held:
            print(held_line(seen.held))
        return _refuse(refused)
    print(
        f"a training would learn from {len(learnt)} frames and hold {len(held_out)} out: "
        f"laecips train --dataset {args.dataset} --root {root}{_options(args)} -o BUNDLE"
    )
    return 0


def _options(args: argparse.Namespace) -> str:
    given = {"--split": args.split, "--held-out": args.held_out}
    return "".join(f" {option} {value}" for option, value in given.items() if value)


def _print_held(root: Path) -> None:
    """Print what masks hold whose classes nobody has named yet."""
    from laecips_cloud.training.data.errors import DatasetError
    from laecips_cloud.training.data.folder.layout import find_pairs

    from laecips_eval.datasets.checking.check_page import held_line
    from laecips_eval.datasets.checking.survey import held_by_masks

    try:
        masks = [pair.mask for pair in find_pairs(root).pairs.values()]
    except DatasetError:
        return
    if held := held_by_masks(masks[:_LOOKED_AT]):
        print(f"{root}: {len(masks)} pictures with masks; {held_line(held)}")


def _refuse(reasons: list[str]) -> int:
    for reason in reasons:
        print(f"refused: {reason}")
    return 1


def _import(args: argparse.Namespace) -> int:
    from laecips_cloud.annotations.formats import FORMATS
    from laecips_cloud.console import progress_bar

    from laecips_eval.datasets.importing.import_annotations import (
        ImportOptions,
        import_annotations,
    )

    around = args.source if args.source.is_dir() else args.source.parent
    options = ImportOptions(
        images=args.images or around,
        class_file=args.classes,
        background="" if args.no_background else args.background,
        upright=args.upright,
        skip_empty=args.skip_empty,
    )
    with progress_bar("pictures") as progress:
        done = import_annotations(
            FORMATS[args.format](args.source), args.target, options, progress=progress
        )
    for note in done.notes.lines():
        print(f"note: {note}")
    for line in done.lost.lines():
        print(f"left out: {line}")
    splits = ", ".join(f"{split or 'no split'} {count}" for split, count in done.splits.items())
    print(
        f"{args.target}: {sum(done.splits.values())} pictures ({splits}), classes "
        f"{', '.join(done.classes)}; next: laecips dataset check {args.target}"
    )
    return 0
