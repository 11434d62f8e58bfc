"""A report of a replay as tables for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Group
from rich.table import Table

from laecips_eval.report import Report


def report_table(report: Report) -> Group:
    """What happened, how fast, how well; the segments where the bag names them."""
    tables = [_frames(report), _latency_and_accuracy(report)]
    if report["segments"]:
        tables.append(_segments(report))
    if report["processes"]:
        tables.append(_processes(report))
    return Group(*tables)


def milliseconds(value: float | None) -> str:
    """A latency for people: `12.3 ms`, or a dash."""
    return "-" if value is None else f"{value:.1f} ms"


def points(value: float | None) -> str:
    """An accuracy in [0, 1] for people: `0.532`, or a dash."""
    return "-" if value is None else f"{value:.3f}"


def size(count: int) -> str:
    """A number of bytes for people, in decimal units: `1.2 MB`."""
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= factor:
            return f"{count / factor:.1f} {unit}"
    return f"{count} B"


def _frames(report: Report) -> Table:
    answered, fallback, dropped = report["answered"], report["fallback"], report["dropped"]
    table = Table(title=f"{report['bag']['name']}: {report['frames']} frames", title_justify="left")
    table.add_column("answered by edge")
    table.add_column("by cloud")
    table.add_column("fallback")
    table.add_column("superseded")
    table.add_column("lost")
    table.add_column("wanted / sent / audit")
    table.add_column("CUR")
    table.add_column("up / down / model")
    reasons = ", ".join(f"{count} {reason}" for reason, count in fallback.items() if count)
    sizes = report["bytes"]
    table.add_row(
        str(answered["edge"]),
        str(answered["cloud"]),
        f"{answered['edge_fallback']}" + (f" ({reasons})" if reasons else ""),
        str(dropped["superseded"]),
        str(dropped["transport"]),
        f"{report['wanted']} / {report['sent']} / {report['audit']}",
        f"{report['cur']:.1%}",
        f"{size(sizes['up'])} / {size(sizes['down'])} / {size(sizes['model'])}",
    )
    return table


def _latency_and_accuracy(report: Report) -> Table:
    table = Table()
    table.add_column("")
    for quantile in ("p50", "p95", "p99"):
        table.add_column(f"latency {quantile}", justify="right")
    table.add_column("")
    table.add_column("mIoU of the data set", justify="right")
    table.add_column("mean of frames", justify="right")
    sides: list[tuple[str, Mapping[str, Any] | None]] = [
        ("published", report["miou"]["published"]),
        ("f alone", report["miou"]["edge_only"]),
        ("", None),
    ]
    for (source, latency), (name, accuracy) in zip(
        report["latency_ms"].items(), sides, strict=True
    ):
        table.add_row(
            source,
            *(milliseconds(latency[q]) for q in ("p50", "p95", "p99")),
            name,
            points(accuracy["dataset"]) if accuracy else "",
            points(accuracy["frame_mean"]) if accuracy else "",
        )
    return table


def _segments(report: Report) -> Table:
    table = Table()
    for title in ("segment", "frames", "hard", "mIoU published", "mIoU of f alone"):
        table.add_column(title, justify="left" if title == "segment" else "right")
    for segment in report["segments"]:
        table.add_row(
            segment["name"],
            str(segment["frames"]),
            str(segment["wanted"]),
            points(segment["miou"]["published"]),
            points(segment["miou"]["edge_only"]),
        )
    return table


def _processes(report: Report) -> Table:
    table = Table()
    for title in ("process", "CPU", "memory"):
        table.add_column(title, justify="left" if title == "process" else "right")
    for name, usage in report["processes"].items():
        table.add_row(name, f"{usage['cpu_percent']:.0f} %", f"{usage['rss_mb_max']:.0f} MB")
    return table
