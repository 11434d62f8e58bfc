"""`laecips findings`: list what a robot has found, export it, or show its pictures on one sheet."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = "list, export and show the findings that a robot has kept"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument(
        "folder", type=Path, metavar="FOLDER", help="the robot's findings.folder, or a copy of it"
    )
    parser.add_argument(
        "action",
        nargs="?",
        choices=("list", "export", "sheet"),
        default="list",
        help="list: a table; export: a file for other tools; sheet: all pictures as one image",
    )
    choice = parser.add_argument_group("which findings")
    choice.add_argument(
        "--class",
        dest="classes",
        action="append",
        default=[],
        metavar="CLASS",
        help="only findings of this class; may be repeated",
    )
    choice.add_argument(
        "--since", metavar="TIME", help="only those seen at this time or later: 2026-05-01T08:30"
    )
    choice.add_argument("--until", metavar="TIME", help="only those first seen by this time")
    choice.add_argument("--open", action="store_true", help="only those that are open")
    parser.add_argument("--json", action="store_true", help="list: as JSON, not as a table")
    parser.add_argument(
        "--format", choices=("coco",), default="coco", help="export: format of the file"
    )
    parser.add_argument(
        "--most", type=int, default=24, help="sheet: largest number of pictures, the first ones"
    )
    parser.add_argument("-o", "--output", type=Path, help="file that export or sheet writes")


def run(args: argparse.Namespace) -> int:
    """Run the chosen action.

    Raises:
        ValueError: the folder has no findings, or an argument is wrong; one line.
        OSError: a file cannot be read or written.
    """
    import json
    import sys

    from laecips_edge.core.atomic_files import whole_file, write_whole
    from laecips_edge.core.findings.finding_archive import chosen, read_archive
    from laecips_edge.core.findings.finding_coco import to_coco
    from laecips_edge.core.findings.finding_sheet import findings_sheet
    from laecips_edge.core.findings.finding_table import findings_table
    from laecips_edge.core.image.codecs import encode_jpeg

    archive = read_archive(args.folder.expanduser())
    findings = chosen(
        archive.findings,
        classes=args.classes,
        since_ns=_nanoseconds("--since", args.since),
        until_ns=_nanoseconds("--until", args.until),
        only_open=args.open,
    )
    if archive.broken:
        print(f"{archive.broken} broken line(s) are left out", file=sys.stderr)
    if args.action == "list":
        if args.json:
            print(json.dumps([one.record() for one in findings], indent=2))
        else:
            print(findings_table(findings))
        return 0
    if args.output is None:
        raise ValueError(f"{args.action} writes a file: name it with -o")
    if args.action == "export":
        content = to_coco(findings, beside=args.output.absolute().parent)
        with whole_file(args.output) as file:
            json.dump(content, file, indent=1)
        number = len(content["annotations"])
        print(f"wrote {args.output}: {number} of {len(findings)} findings have a picture")
        return 0
    if args.output.suffix.lower() not in {".jpg", ".jpeg"}:
        raise ValueError(f"{args.output} is no .jpg: give the sheet such a name")
    write_whole(args.output, encode_jpeg(findings_sheet(findings, most=args.most), 85))
    print(f"wrote {args.output}")
    return 0


def _nanoseconds(option: str, text: str | None) -> int | None:
    """Return a time as nanoseconds since the epoch; one without a zone is UTC, as in the table."""
    from datetime import UTC, datetime

    if text is None:
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{option} {text}: give a time such as 2026-05-01T08:30:00") from error
    time = time if time.tzinfo is not None else time.replace(tzinfo=UTC)
    return int(time.timestamp()) * 10**9 + time.microsecond * 1000
