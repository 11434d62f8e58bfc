"""The tables of a run's page: updates, classes, segments, processes, frames."""

from __future__ import annotations

from collections.abc import Sequence

from laecips_eval.reports.page.html_text import (
    MISSING,
    gain,
    number,
    percent,
    points,
    table,
)
from laecips_eval.reports.report import Report
from laecips_eval.reports.report_table import size, what_became_of
from laecips_eval.scoring.run_figures import LastSegments, SegmentFigures, UpdateFigures

_STREAMS = {
    "published": "published",
    "edge_only": "f as it ran",
    "edge_untrained": "f without training",
}


def updates_html(report: Report) -> str:
    """Every pair that was trained, promoted or not, and why."""
    if not report.updates:
        return "<p>Nothing was trained during this run.</p>"
    rows = [
        [
            f"version {update.version}",
            _fate(update),
            update.gate,
            update.trigger,
            number(update.samples),
            number(update.train_s, "s", digits=1),
            number(update.transfer_s, "s", digits=2),
            MISSING if update.bytes is None else size(update.bytes),
            number(update.swap_ms, "ms", digits=1),
            number(update.frames_lost),
            number(update.frame),
        ]
        for update in report.updates
    ]
    head = [
        "update", "outcome", "the gate said", "why it was trained", "frames learned from",
        "trained for", "transferred in", "size", "swapped in", "frames lost", "first frame",
    ]  # fmt: skip
    caption = "What the trainer made of the replay buffer, and what became of it"
    return table(caption, head, [("", rows)], words=[1, 2, 3])


def classes_html(report: Report, *, defects: Sequence[str]) -> str:
    """IoU and recall by class, defects first."""
    miou, streams = report.miou, _streams(report)
    names = list(miou.published.per_class)
    rare = [name for name in names if name in set(defects)]
    others = [name for name in names if name not in set(defects)]

    def rows(chosen: Sequence[str]) -> list[list[str]]:
        return [
            [name]
            + [points(getattr(miou, stream).per_class.get(name)) for stream in streams]
            + [points(getattr(miou, stream).recall.get(name)) for stream in streams]
            for name in chosen
        ]

    head = ["class"] + [
        f"{measure}, {_STREAMS[stream]}" for measure in ("IoU", "recall") for stream in streams
    ]
    groups = (
        [("defects", rows(rare)), ("other classes", rows(others))] if rare else [("", rows(others))]
    )
    caption = "Recall is the share of a class's true pixels that were found"
    return table(caption, head, groups)


def segments_html(report: Report) -> str:
    """The segments one by one, and the last of them together."""
    streams = _streams(report)
    gained = "edge_untrained" in streams
    head = [f"mIoU, {_STREAMS[stream]}" for stream in streams]
    head += ["gained by learning, points"] if gained else []

    def accuracy(part: SegmentFigures | LastSegments) -> list[str]:
        figures = [points(getattr(part, stream)) for stream in streams]
        return figures + ([gain(part.edge_only, part.edge_untrained)] if gained else [])

    segments = [
        [
            f"{place} {part.name}",
            number(part.frames),
            number(part.answered),
            percent(part.wanted / part.frames) if part.frames else MISSING,
            percent(part.cur),
            *accuracy(part),
        ]
        for place, part in enumerate(report.segments, 1)
    ]
    last = [
        [_last(part.segments, len(segments)), number(part.frames), *accuracy(part)]
        for part in report.over_last
    ]
    by_segment = table(
        "Segment by segment; mIoU of one confusion matrix each",
        ["segment", "frames", "answered", "called hard", "CUR", *head],
        [("", segments)],
    )
    together = table(
        "The last segments together, one confusion matrix a row: what counts once it has learned",
        ["segments", "frames", *head],
        [("", last)],
    )
    return by_segment + together


def processes_html(report: Report) -> str:
    """What each process took."""
    rows = [
        [name, number(usage.cpu_percent, "%"), number(usage.rss_mb_max, "MB")]
        for name, usage in report.processes.items()
    ]
    return table("100 % is one core", ["process", "CPU", "memory at most"], [("", rows)])


def answers_html(report: Report) -> str:
    """Who answered, and how fast."""
    answered, sizes = dict(report.answered), report.bytes
    names = {"all": "all, fallbacks included"}
    counts = {**answered, "all": sum(answered.values())}
    rows = [
        [names.get(kind, kind), number(counts[kind])]
        + [number(value, "ms", digits=1) for _, value in latency]
        for kind, latency in report.latency_ms
    ]
    caption = (
        f"{size(sizes.up)} went up and {size(sizes.down)} came down, audits included; "
        f"{size(sizes.model)} of models"
    )
    return table(caption, ["answered by", "frames", "p50", "p95", "p99"], [("", rows)])


def _streams(report: Report) -> list[str]:
    return [stream for stream in _STREAMS if report.compared or stream != "edge_untrained"]


def _fate(update: UpdateFigures) -> str:
    return "refused" if what_became_of(update).startswith("refused") else what_became_of(update)


def _last(segments: int, of: int) -> str:
    if segments == of:
        return "all"
    return "the last" if segments == 1 else f"the last {segments}"
