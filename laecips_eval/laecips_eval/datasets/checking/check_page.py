"""A folder's check as a terminal shows it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from laecips_cloud.training.data.frame_folder import FrameFolder
from laecips_cloud.training.data.labelled_frames import UNLABELLED
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

from laecips_eval.datasets.checking.survey import Survey
from laecips_eval.datasets.checking.verdict import labels_in

_SHOWN = 6


def headline(folder: FrameFolder, seen: Survey) -> str:
    """Return the numbers of frames, classes and sizes."""
    return (
        f"{folder.root}: {len(folder)} pictures with masks, {len(folder.classes)} classes, "
        f"{_sizes(seen.sizes)}"
    )


def class_table(folder: FrameFolder, seen: Survey, splits: Mapping[str, Sequence[str]]) -> Table:
    """Return the share of the pixels and the number of pictures of each class, by split."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("pixels, and pictures with it")
    for split in splits:
        table.add_column(split, justify="right", no_wrap=True)
    rows = [*enumerate(folder.classes), (UNLABELLED, "(no class)")]
    for label, name in rows:
        cells = [_cell(seen, names, label) for names in splits.values()]
        if label != UNLABELLED or any(cells):
            table.add_row(name, *(cell or "none" for cell in cells))
    table.add_section()
    table.add_row("pictures", *(str(len(names)) for names in splits.values()))
    return table


def print_table(table: Table) -> None:
    """Print a table whole: on a narrow screen its lines break, no number is cut off."""
    console = Console()
    any_width = console.options.update(max_width=1000)
    console.width = max(console.width, Measurement.get(console, any_width, table).maximum)
    console.print(table)


def held_line(held: Counter[int | tuple[int, ...]]) -> str:
    """Return what masks hold, the most frequent first."""
    total = sum(held.values())
    parts = [
        f"{list(value) if isinstance(value, tuple) else value} {count / total:.1%}"
        for value, count in held.most_common(_SHOWN)
    ]
    return f"masks hold {', '.join(parts)}" + (", ..." if len(held) > _SHOWN else "")


def _cell(seen: Survey, names: Sequence[str], label: int) -> str:
    counts = labels_in(seen, names)
    if not counts[label]:
        return ""
    shown = sum(1 for name in names if name in seen.labels and seen.labels[name][label])
    return f"{counts[label] / counts.sum():.2%} in {shown}"


def _sizes(sizes: Counter[tuple[int, int]]) -> str:
    shown = ", ".join(
        f"{width} x {height} ({count})" for (height, width), count in sizes.most_common(_SHOWN)
    )
    if len(sizes) > _SHOWN:
        shown += f" and {len(sizes) - _SHOWN} other sizes"
    return shown or "no picture can be read"
