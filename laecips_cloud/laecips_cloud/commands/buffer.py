"""`laecips buffer`: list a replay buffer, export frames, import labels, remove old frames."""

from __future__ import annotations

import argparse
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from laecips_cloud.replay_buffer.buffer import ReplayBuffer
    from laecips_cloud.replay_buffer.reader import ReplayReader

HELP = "list a replay buffer, export its frames, import labels that people made, forget old frames"

DAY_NS = 86400 * 10**9


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")

    def action(name: str, about: str) -> argparse.ArgumentParser:
        it = actions.add_parser(name, help=about, description=about)
        it.add_argument("file", type=Path, metavar="FILE", help="the replay buffer")
        return it

    ls = action("ls", "frames and bytes by time, robot, reason and version")
    ls.add_argument("--block", type=float, default=3600.0, help="seconds of a block of time")
    export = action("export", "pictures, label maps, confidence and COCO annotations as files")
    export.add_argument("folder", type=Path, metavar="DIR", help="made where there is none")
    for name, about in (("since", "frames that came then or later"), ("until", "before then")):
        export.add_argument(
            f"--{name}", type=_when, metavar="TIME", help=f"{about}: 2026-05-01 or 2026-05-01T12:30"
        )
    export.add_argument("--limit", type=int, help="at most so many, the newest")
    labels = action("import-labels", "take in PNG label maps that people made of exported frames")
    labels.add_argument("folder", type=Path, metavar="DIR", help="with NAME.png or labels/NAME.png")
    prune = action("prune", "forget frames that are too old; what they held is overwritten")
    prune.add_argument("--older-than", type=float, required=True, metavar="DAYS")


def run(args: argparse.Namespace) -> int:
    """Run the command; return the exit status."""
    {"ls": _ls, "export": _export, "import-labels": _import_labels, "prune": _prune}[args.action](
        args
    )
    return 0


def _ls(args: argparse.Namespace) -> None:
    from laecips_cloud.replay_buffer.reader import ReplayReader

    if not args.block > 0:
        raise ValueError(f"--block is {args.block}: give seconds above 0")
    reader = ReplayReader(args.file)
    print(_listing(reader, block_s=args.block))
    reader.close()


def _listing(reader: ReplayReader, *, block_s: float) -> str:
    """Return lines with totals, then frames and bytes by time block, robot, reason and version."""
    frames, size = reader.totals()
    labelled, truth = reader.human_labels()
    rows = [("", "frames", "MB"), ("all", str(frames), _megabytes(size))]
    for block in reader.blocks(round(block_s * 1e9)):
        start = datetime.fromtimestamp(block.start_ns / 1e9).astimezone()
        rows.append((f"from {start:%Y-%m-%d %H:%M:%S}", str(block.frames), ""))
    for title, column in (("robot", "robot"), ("sent as", "why"), ("version", "bundle_version")):
        groups = reader.groups(column)  # type: ignore[arg-type]
        rows += [(f"{title} {g.value}", str(g.frames), _megabytes(g.bytes)) for g in groups]
    for task, waiting in reader.open_tasks().items():
        rows.append((f"to be labelled in {task}", str(waiting), ""))
    rows.append(("kept as truth for the gate", str(truth), ""))
    rows.append(("labelled by people", str(labelled), ""))
    about = f"{reader.path}: label maps of {', '.join(reader.classes())}"
    widths = [max(len(row[i]) for row in rows) for i in range(3)]
    lines = [f"{a:<{widths[0]}}  {b:>{widths[1]}}  {c:>{widths[2]}}".rstrip() for a, b, c in rows]
    return "\n".join([about, *lines])


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f}"


def _export(args: argparse.Namespace) -> None:
    from laecips_cloud.replay_buffer.exporting import export_frames
    from laecips_cloud.replay_buffer.reader import ReplayReader

    if args.limit is not None and args.limit < 1:
        raise ValueError(f"--limit is {args.limit}: give at least 1")
    reader = ReplayReader(args.file)
    since, until = args.since or 0, args.until or 2**63 - 1
    skipped = max(0, reader.count(since, until) - args.limit) if args.limit is not None else 0
    frames = reader.read(since, until, skip=skipped)
    count = export_frames(frames, args.folder, classes=reader.classes())
    reader.close()
    print(f"{count} frames in {args.folder}")


def _import_labels(args: argparse.Namespace) -> None:
    from laecips_cloud.replay_buffer.importing import import_labels

    buffer = _to_write(args.file)
    done = import_labels(buffer, args.folder)
    buffer.close()
    print(f"{done.taken} label maps taken in, {done.unchanged} say what was kept already")
    if done.strange:
        print(f"{len(done.strange)} belong to no frame here, {done.strange[0]} for one")


def _prune(args: argparse.Namespace) -> None:
    if not args.older_than >= 0:
        raise ValueError(f"--older-than is {args.older_than}: give days, 0 or more")
    buffer = _to_write(args.file)
    gone = buffer.forget(time.time_ns() - round(args.older_than * DAY_NS))
    frames, _ = buffer.totals()
    buffer.close()
    print(f"{gone} frames forgotten, {frames} are kept")


def _to_write(path: Path) -> ReplayBuffer:
    """Open the buffer for writing without limits of its own: the cloud node sets them."""
    from laecips_cloud.replay_buffer.buffer import ReplayBuffer
    from laecips_cloud.replay_buffer.reader import ReplayReader

    reader = ReplayReader(path)  # creates no file where there is none
    classes = reader.classes()
    reader.close()
    most = 2**62
    return ReplayBuffer(path, classes=classes, max_frames=most, max_bytes=most)


def _when(text: str) -> int:
    """Convert a local time in ISO 8601 to nanoseconds."""
    try:
        return round(datetime.fromisoformat(text).timestamp() * 1e9)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no time: write 2026-05-01 or 2026-05-01T12:30"
        ) from None
