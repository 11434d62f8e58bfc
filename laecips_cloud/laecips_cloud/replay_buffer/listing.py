"""What is in a replay buffer, as a table for people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from laecips_cloud.replay_buffer.reader import ReplayReader


def listing(reader: ReplayReader, *, block_s: float) -> str:
    """Lines: totals, then frames and bytes by block of time, robot, reason and version.

    Args:
        reader: of the buffer.
        block_s: length of a block of time in seconds.

    Raises:
        ReplayBufferError: the file cannot be read.
    """
    frames, size = reader.totals()
    labelled = reader.human_labels()
    rows = [("", "frames", "MB"), ("all", str(frames), _megabytes(size))]
    for block in reader.blocks(round(block_s * 1e9)):
        start = datetime.fromtimestamp(block.start_ns / 1e9).astimezone()
        rows.append((f"from {start:%Y-%m-%d %H:%M:%S}", str(block.frames), ""))
    for title, column in (("robot", "robot"), ("sent as", "why"), ("version", "bundle_version")):
        groups = reader.groups(column)  # type: ignore[arg-type]
        rows += [(f"{title} {g.value}", str(g.frames), _megabytes(g.bytes)) for g in groups]
    rows.append(("labelled by people", str(labelled), ""))
    about = f"{reader.path}: label maps of {', '.join(reader.classes())}"
    return "\n".join([about, *_aligned(rows)])


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f}"


def _aligned(rows: Iterable[tuple[str, str, str]]) -> list[str]:
    rows = list(rows)
    name, frames, size = (max(len(row[i]) for row in rows) for i in range(3))
    return [f"{a:<{name}}  {b:>{frames}}  {c:>{size}}".rstrip() for a, b, c in rows]
