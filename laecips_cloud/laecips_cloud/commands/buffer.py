"""`laecips buffer`: list a replay buffer, export frames, have people label some, forget some."""

from __future__ import annotations

import argparse
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from laecips_cloud.annotations import FORMAT_NAMES

if TYPE_CHECKING:
    from laecips_cloud.replay_buffer.buffer import ReplayBuffer
    from laecips_cloud.replay_buffer.importing import Imported
    from laecips_cloud.replay_buffer.reader import ReplayReader

HELP = "list a replay buffer, export its frames, have people label some of them, forget old frames"

DAY_NS = 86400 * 10**9
TOOLS = ("cvat", "label-studio")


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
    _add_times(export)
    export.add_argument("--limit", type=int, help="at most so many, the newest")
    label = action("label", "make a labelling task of the frames that would teach most")
    label.add_argument("-o", "--out", type=Path, required=True, metavar="DIR", help="made new")
    label.add_argument("--task", choices=TOOLS, required=True, help="the labelling tool")
    label.add_argument("--count", type=int, default=50, help="frames to label at most")
    label.add_argument(
        "--bundle",
        type=Path,
        help="the pair that robots run: its trust counts, and where f disagrees with the cloud; "
        "without it only the trust of the upload",
    )
    label.add_argument(
        "--by",
        choices=("mixed", "trust", "disagreement", "different"),
        default="mixed",
        help="least trusted, most disagreement of f and the cloud, least alike, or all of it",
    )
    label.add_argument(
        "--background",
        metavar="NAME",
        default="background",
        help="class that comes to light where a person deletes a region, if it is a class",
    )
    _add_times(label)
    close = action("close-task", "offer the frames of a labelling task again that nobody labelled")
    close.add_argument("task", metavar="NAME", help="name of the task's folder; `ls` lists them")
    labels = action("import-labels", "take in label maps that people made")
    labels.add_argument(
        "folder",
        type=Path,
        metavar="SRC",
        help="folder with NAME.png or labels/NAME.png; with --format the export of a tool",
    )
    labels.add_argument(
        "--format", choices=FORMAT_NAMES, metavar="FORMAT", help=", ".join(FORMAT_NAMES)
    )
    labels.add_argument(
        "--background",
        metavar="NAME",
        default="",
        help="of an export, class of pixels without a shape; without it they have none",
    )
    labels.add_argument(
        "--checked",
        action="store_true",
        help="people have looked at every picture: one that they left as it was is "
        "their answer, too (always so with label-studio, which has submitted pictures only)",
    )
    prune = action("prune", "forget frames that are too old; what they held is overwritten")
    prune.add_argument("--older-than", type=float, required=True, metavar="DAYS")
    prune.add_argument("--keep-labelled", action="store_true", help="but for what people labelled")


def _add_times(parser: argparse.ArgumentParser) -> None:
    for name, about in (("since", "frames that came then or later"), ("until", "before then")):
        parser.add_argument(
            f"--{name}", type=_when, metavar="TIME", help=f"{about}: 2026-05-01 or 2026-05-01T12:30"
        )


def run(args: argparse.Namespace) -> int:
    """Run the command; return the exit status."""
    actions = {
        "ls": _ls,
        "export": _export,
        "label": _label,
        "close-task": _close_task,
        "import-labels": _import_labels,
        "prune": _prune,
    }
    actions[args.action](args)
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


def _label(args: argparse.Namespace) -> None:
    from laecips_edge.core.bundle.bundle import Bundle
    from laecips_edge.core.inference.segmenter import Segmenter

    from laecips_cloud.labelling.candidates import offered, robot_of
    from laecips_cloud.labelling.selection import choose
    from laecips_cloud.labelling.task import write_task

    if args.count < 1:
        raise ValueError(f"--count is {args.count}: give at least 1")
    if args.by == "disagreement" and args.bundle is None:
        raise ValueError("--by disagreement needs f: give the robots' --bundle")
    buffer = _to_write(args.file)
    robot = None
    if args.bundle is not None:
        robot = robot_of(Segmenter(Bundle.load(args.bundle, classes=buffer.classes())))
    found = offered(buffer, since_ns=args.since or 0, until_ns=args.until or 2**63 - 1, robot=robot)
    for line in found.damaged:
        print(f"left out: {line}")
    choices = choose(found.candidates, args.count, labelled=found.labelled, by=args.by)
    if not choices:
        raise ValueError(
            f"{args.file}: no frame to label: {len(found.labelled)} are labelled or in a task; "
            "wait for more, or close a task by `laecips buffer close-task`"
        )
    then = write_task(buffer, choices, args.out, tool=args.task, background=args.background)
    buffer.close()
    print(
        f"{args.out}: {len(choices)} of {len(found.candidates)} frames; frames.csv says why\n"
        f"next, {then}\n"
        f"then: laecips buffer import-labels {args.file} EXPORT --format {args.task}"
    )


def _close_task(args: argparse.Namespace) -> None:
    buffer = _to_write(args.file)
    freed = buffer.close_task(args.task)
    buffer.close()
    print(f"{freed} frames of {args.task} may be offered again")


def _import_labels(args: argparse.Namespace) -> None:
    args.checked |= args.format == "label-studio"
    buffer = _to_write(args.file)
    done = _imported(buffer, args)
    buffer.close()
    print(f"{done.taken} label maps taken in, {done.unchanged} say what was kept already")
    if done.empty:
        print(f"{done.empty} are not labelled yet, and stay in their task")
    if done.unchanged and not args.checked:
        print("have people looked at those too, give --checked: then they are labels of people")
    if done.strange:
        print(f"{len(done.strange)} belong to no frame here, {done.strange[0]} for one")


def _imported(buffer: ReplayBuffer, args: argparse.Namespace) -> Imported:
    from laecips_cloud.replay_buffer.importing import import_labels

    if args.format is None:
        return import_labels(buffer, args.folder, checked=args.checked)
    from laecips_cloud.annotations.formats import FORMATS
    from laecips_cloud.labelling.corrections import import_corrections

    return import_corrections(
        buffer,
        FORMATS[args.format](args.folder),
        background=args.background,
        checked=args.checked,
    )


def _prune(args: argparse.Namespace) -> None:
    if not args.older_than >= 0:
        raise ValueError(f"--older-than is {args.older_than}: give days, 0 or more")
    buffer = _to_write(args.file)
    before_ns = time.time_ns() - round(args.older_than * DAY_NS)
    gone = buffer.forget(before_ns, keep_labelled=args.keep_labelled)
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
