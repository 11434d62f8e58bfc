"""The tables of a run's page: updates, classes, segments, processes, answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from laecips_eval.reports.page.number_text import MISSING, gain, number, percent, points
from laecips_eval.reports.report import Report
from laecips_eval.reports.report_table import size, what_became_of
from laecips_eval.scoring.link_figures import LinkFigures
from laecips_eval.scoring.run_figures import (
    DisturbanceFigures,
    LastSegments,
    SegmentFigures,
    UpdateFigures,
)

_STREAMS = {
    "published": "published",
    "edge_only": "f as it ran",
    "edge_untrained": "f without training",
}


@dataclass(frozen=True, kw_only=True)
class PageRow:
    """A row: its name, its cells, and a note below them; the note may be empty."""

    name: str
    cells: Sequence[str]
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class RowGroup:
    """A group of rows with a name; the name may be empty."""

    name: str = ""
    rows: Sequence[PageRow]


@dataclass(frozen=True, kw_only=True)
class PageTable:
    """A table whose first column names the rows.

    Attributes:
        caption: caption of the table.
        head: names of all columns.
        groups: groups of rows; a row has one cell less than the head.
    """

    caption: str
    head: Sequence[str]
    groups: Sequence[RowGroup]


def updates_table(report: Report) -> PageTable:
    """Return the table of all trained pairs, with the reason of their promotion or refusal."""
    rows = [
        PageRow(
            name=f"version {update.version}",
            cells=[
                _fate(update),
                number(update.samples),
                number(update.train_s, "s", digits=1),
                number(update.transfer_s, "s", digits=2),
                MISSING if update.bytes is None else size(update.bytes),
                number(update.swap_ms, "ms", digits=1),
                number(update.frames_lost),
                number(update.frame),
            ],
            note=_reasons(update),
        )
        for update in report.updates
    ]
    return PageTable(
        caption="Pairs that the trainer made from the replay buffer, and their outcome",
        head=[
            "update", "outcome", "frames for training", "training time", "transfer time", "size",
            "swap time", "frames lost", "first frame",
        ],
        groups=[RowGroup(rows=rows)],
    )  # fmt: skip


def classes_table(report: Report, *, defects: Sequence[str]) -> PageTable:
    """Return the table of IoU and recall by class, defects first."""
    streams = _streams(report)
    scores = [
        getattr(getattr(report.miou, stream), measure)
        for measure in ("per_class", "recall")
        for stream in streams
    ]
    names = list(report.miou.published.per_class)
    rare = [name for name in names if name in set(defects)]
    others = [name for name in names if name not in set(defects)]

    def group(name: str, classes: Sequence[str]) -> RowGroup:
        rows = [
            PageRow(name=one, cells=[points(score.get(one)) for score in scores]) for one in classes
        ]
        return RowGroup(name=name, rows=rows)

    return PageTable(
        caption="Recall is the share of a class's true pixels that were found",
        head=["class"]
        + [f"{what}, {_STREAMS[it]}" for what in ("IoU", "recall") for it in streams],
        groups=[group("defects", rare), group("other classes", others)]
        if rare
        else [group("", others)],
    )


def findings_table(report: Report) -> PageTable:
    """Return the table of precision and recall of findings by class."""
    rows = []
    for it in report.findings:
        cells = [number(it.published.true)]
        for accuracy in (it.published, it.edge_only):
            cells += [
                number(accuracy.shown),
                points(accuracy.precision),
                points(accuracy.recall),
            ]
        rows.append(PageRow(name=it.name, cells=cells))
    return PageTable(
        caption="Regions, frame by frame. A true region is found by a region of its class with an "
        "IoU of at least 0.3. Precision: share of the regions that found one; recall: share of the "
        "true regions that were found",
        head=["class", "true regions"]
        + [
            f"{what}, {_STREAMS[it]}"
            for it in ("published", "edge_only")
            for what in ("regions", "precision", "recall")
        ],
        groups=[RowGroup(rows=rows)],
    )


def segments_tables(report: Report) -> Sequence[PageTable]:
    """Return the tables of disturbances, of single segments, and of the last ones together."""
    streams = _streams(report)
    head = [f"mIoU, {_STREAMS[stream]}" for stream in streams]
    head += ["gained by learning, points"] if report.compared else []

    def accuracy(part: SegmentFigures | LastSegments | DisturbanceFigures) -> list[str]:
        figures = [points(getattr(part, stream)) for stream in streams]
        gained = [gain(part.edge_only, part.edge_untrained)] if report.compared else []
        return figures + gained

    segments = [
        PageRow(
            name=f"{place} {part.name}",
            cells=[
                number(part.frames),
                number(part.answered),
                percent(part.wanted / part.frames) if part.frames else MISSING,
                percent(part.cur),
                *accuracy(part),
            ],
        )
        for place, part in enumerate(report.segments, 1)
    ]
    last = [
        PageRow(
            name=_last(part.segments, len(segments)), cells=[number(part.frames), *accuracy(part)]
        )
        for part in report.over_last
    ]
    disturbed = [
        PageRow(name=part.name, cells=[number(part.frames), percent(part.cur), *accuracy(part)])
        for part in report.disturbances
    ]
    by_disturbance = PageTable(
        caption="By what disturbed the frames; mIoU of one confusion matrix each",
        head=["disturbance", "frames", "CUR", *head],
        groups=[RowGroup(rows=disturbed)],
    )
    return [
        *([by_disturbance] if disturbed else []),
        PageTable(
            caption="Segment by segment; mIoU of one confusion matrix each",
            head=["segment", "frames", "answered", "called hard", "CUR", *head],
            groups=[RowGroup(rows=segments)],
        ),
        PageTable(
            caption="The last segments together, one confusion matrix per row: the result after "
            "training",
            head=["segments", "frames", *head],
            groups=[RowGroup(rows=last)],
        ),
    ]


def shift_table(report: Report) -> PageTable:
    """Return the table of what each segment shows without truth."""
    rows = [
        PageRow(
            name=f"{place} {it.name}",
            cells=[
                number(it.frames),
                points(it.trust_mean),
                points(it.trust_p10),
                points(it.trust_p50),
                points(it.trust_p90),
                points(it.trust_ks),
                percent(it.agreement),
                number(it.compared),
                points(it.class_psi),
            ],
        )
        for place, it in enumerate(report.shift.segments, 1)
    ]
    return PageTable(
        caption="h of the pair that the run began with. KS: largest gap between the distributions "
        "of h in this segment and in the first; in the first, to the bundle's held-out frames. "
        "PSI of the classes' shares against the first: over 0.25 is a large change",
        head=[
            "segment", "frames", "h, mean", "h, lowest tenth", "h, median", "h, highest tenth",
            "KS of h", "f and F agree", "on hard frames", "PSI of classes",
        ],
        groups=[RowGroup(rows=rows)],
    )  # fmt: skip


def processes_table(report: Report) -> PageTable:
    """Return the table of processor load and memory by process."""
    rows = [
        PageRow(name=name, cells=[number(it.cpu_percent, "%"), number(it.rss_mb_max, "MB")])
        for name, it in report.processes.items()
    ]
    head = ["process", "CPU", "peak memory"]
    return PageTable(caption="100 % is one core", head=head, groups=[RowGroup(rows=rows)])


def answers_table(report: Report) -> PageTable:
    """Return the table of answers and latencies by source."""
    counts = {**dict(report.answered), "all": report.answered.total}
    rows = [
        PageRow(
            name="all, fallbacks included" if kind == "all" else kind,
            cells=[number(counts[kind])] + [number(value, "ms", digits=1) for _, value in latency],
        )
        for kind, latency in report.latency_ms
    ]
    sizes = report.bytes
    return PageTable(
        caption=f"{size(sizes.up)} uploaded and {size(sizes.down)} downloaded, audits included; "
        f"{size(sizes.model)} of models",
        head=["answered by", "frames", "p50", "p95", "p99"],
        groups=[RowGroup(rows=rows)],
    )


def link_tables(link: LinkFigures) -> Sequence[PageTable]:
    """Return the table of a link's traffic, and that of its hard frames beside the ideal."""
    ways = (("up: robot to cloud", link.up), ("down: cloud to robot", link.down))
    traffic = [
        RowGroup(
            rows=[
                PageRow(
                    name=name,
                    cells=[size(way.bytes), percent(way.used), number(way.lost + way.dropped)],
                ),
                *(
                    PageRow(name=f"of it {kind}", cells=[size(count), MISSING, MISSING])
                    for kind, count in way.kinds.items()
                ),
            ]
        )
        for name, way in ways
    ]
    rows = [("as measured", link.hard_ms), ("ideal, alone on the link", link.ideal_ms)]
    latencies = [
        PageRow(name=name, cells=[number(value, "ms", digits=0) for _, value in latency])
        for name, latency in rows
    ]
    return [
        PageTable(
            caption="What the link carried, encryption and headers included",
            head=["direction", "bytes", "of the rate used", "packets that did not pass"],
            groups=traffic,
        ),
        PageTable(
            caption="Hard frames that the cloud answered. Ideal: bytes / rate, round trip, the "
            "median of an easy frame and of the cloud's work",
            head=["hard frames", "p50", "p95", "p99"],
            groups=[RowGroup(rows=latencies)],
        ),
    ]


def link_words(link: LinkFigures) -> str:
    """Return a sentence about the link."""
    loss = f", {percent(link.loss)} loss" if link.loss else ""
    cuts = ", ".join(f"{cut.start_s:.0f} to {cut.stop_s:.0f} s" for cut in link.cuts)
    cut = f" It was cut from {cuts} of the run." if cuts else ""
    return (
        f"Robot and cloud were {number(link.rate_bit_s / 1e6, 'Mbit/s', digits=1)} apart, with a "
        f"round trip of {number(link.round_trip_ms, 'ms')}{loss} ({link.mode}), through bridge and "
        f"gateway with mutual TLS.{cut}"
    )


def _streams(report: Report) -> list[str]:
    return [stream for stream in _STREAMS if report.compared or stream != "edge_untrained"]


def _fate(update: UpdateFigures) -> str:
    return "refused" if what_became_of(update).startswith("refused") else what_became_of(update)


def _reasons(update: UpdateFigures) -> str:
    set_off = f"set off by: {update.trigger}; " if update.trigger else ""
    return f"{set_off}the gate said: {update.gate}"


def _last(segments: int, of: int) -> str:
    if segments == of:
        return "all"
    return "the last" if segments == 1 else f"the last {segments}"
