"""Terminal tables of a replay's report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from laecips_eval.reports.report import Report
from laecips_eval.scoring.link_figures import LinkFigures
from laecips_eval.scoring.run_figures import FindingFigures, RegionAccuracy, UpdateFigures


def report_table(report: Report) -> Group:
    """Return tables of frames, latency, accuracy, segments, updates and processes, where known.

    Without truth there is a table of what is known without it. Alarms follow in any case.
    """
    tables: list[Table | Text] = [_frames(report)]
    if report.latency_ms.all.p50 is not None:
        tables.append(_latency(report))
    if report.scored:
        tables.append(_accuracy(report))
        if report.findings:
            tables.append(findings_table(report.findings))
        if report.segments:
            tables.append(_segments(report))
        if report.disturbances:
            tables.append(_disturbances(report))
    elif report.shift.segments:
        tables.append(_shift(report))
    if report.updates:
        tables.append(_updates(report))
    if report.link is not None:
        tables.append(_link(report.link))
    if report.processes:
        tables.append(_processes(report))
    tables += [Text(f"alarm: {alarm}", style="yellow") for alarm in report.shift.alarms]
    return Group(*tables)


def milliseconds(value: float | None) -> str:
    """Return a latency as text: `12.3 ms`, or a dash."""
    return "-" if value is None else f"{value:.1f} ms"


def points(value: float | None) -> str:
    """Return an accuracy in [0, 1] as text: `0.532`, or a dash."""
    return "-" if value is None else f"{value:.3f}"


def size(count: int) -> str:
    """Return a number of bytes as text, in decimal units: `1.2 MB`."""
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= factor:
            return f"{count / factor:.1f} {unit}"
    return f"{count} B"


def what_became_of(update: UpdateFigures) -> str:
    """Return the outcome of a model update as text."""
    if update.rolled_back:
        return "rolled back"
    return "promoted" if update.promoted else f"refused: {update.gate}"


def findings_table(findings: Sequence[FindingFigures]) -> Table:
    """Return the table of precision and recall of findings by class."""
    table = _table(
        None, "finding", "true regions", "precision, published", "recall", "precision, f alone",
        "recall",
    )  # fmt: skip
    for it in findings:
        figures = [
            points(value)
            for accuracy in (it.published, it.edge_only)
            for value in (accuracy.precision, accuracy.recall)
        ]
        table.add_row(it.name, str(it.published.true), *figures)
    return table


def reported_table(reported: Mapping[str, RegionAccuracy]) -> Table:
    """Return the table of precision and recall of what a robot reports, by class."""
    table = _table(None, "confirmed finding", "regions reported", "precision", "recall")
    for name, it in reported.items():
        table.add_row(name, str(it.shown), points(it.precision), points(it.recall))
    return table


def _frames(report: Report) -> Table:
    answered, dropped = report.answered, report.dropped
    reasons = ", ".join(f"{count} {why}" for why, count in report.fallback if count)
    fallback = f"{answered.edge_fallback} fallback" + (f" ({reasons})" if reasons else "")
    sizes = report.bytes
    early = "" if report.complete else " (stopped early)"
    table = _table(f"{report.bag.name}: {report.frames} frames{early}", "", "")
    table.show_header = False
    table.add_row("answered", f"{answered.edge} edge, {answered.cloud} cloud, {fallback}")
    table.add_row(
        "dropped",
        f"{dropped.superseded} superseded, {dropped.transport} lost in transport"
        + (f", {dropped.rejected} rejected" if dropped.rejected else "")
        + (f" (the first: {escape(report.rejection)})" if report.rejection else ""),
    )
    budget = report.upload_budget
    table.add_row(
        "uploads",
        f"{report.sent} sent = CUR {report.cur:.1%} "
        f"({report.wanted} wanted, {report.audit} audits"
        + ("" if budget is None else f"; budget {budget:.1%}")
        + ")",
    )
    table.add_row(
        "bytes",
        f"{size(sizes.up)} up, {size(sizes.down)} down, {size(sizes.model)} model",
    )
    age = report.knowledge
    if age.p50_s is not None and age.p95_s is not None:
        table.add_row(
            "knowledge",
            f"newest lesson of f {age.p50_s:.0f} s old (p50), {age.p95_s:.0f} s (p95); "
            f"{age.before} frames before the first update",
        )
    return table


def _latency(report: Report) -> Table:
    table = _table(None, "latency", "p50", "p95", "p99")
    for source, latency in report.latency_ms:
        quantiles = (latency.p50, latency.p95, latency.p99)
        table.add_row(source, *map(milliseconds, quantiles))
    return table


def _accuracy(report: Report) -> Table:
    table = _table(None, "mIoU", "of the data set", "mean of frames")
    rows = [("published", "published"), ("f alone", "edge_only")]
    if report.compared:
        rows.append(("f without training", "edge_untrained"))
    for title, key in rows:
        accuracy = getattr(report.miou, key)
        table.add_row(title, points(accuracy.dataset), points(accuracy.frame_mean))
    return table


def _segments(report: Report) -> Table:
    table = _table(
        None, "segment", "frames", "hard", "CUR", "mIoU published", "f alone", "f without training"
    )
    for segment in report.segments:
        table.add_row(
            segment.name,
            str(segment.frames),
            str(segment.wanted),
            f"{segment.cur:.1%}",
            *map(points, (segment.published, segment.edge_only, segment.edge_untrained)),
        )
    return table


def _disturbances(report: Report) -> Table:
    table = _table(
        None, "disturbance", "frames", "CUR", "mIoU published", "f alone", "f without training"
    )
    for it in report.disturbances:
        table.add_row(
            it.name,
            str(it.frames),
            f"{it.cur:.1%}",
            *map(points, (it.published, it.edge_only, it.edge_untrained)),
        )
    return table


def _shift(report: Report) -> Table:
    table = _table(
        "no truth: no mIoU; changes against the first row",
        "segment",
        "frames",
        "trust",
        "p10",
        "p50",
        "KS",
        "f and F agree",
        "class PSI",
    )
    for it in report.shift.segments:
        agreement = "-" if it.agreement is None else f"{it.agreement:.1%}"
        trust = map(points, (it.trust_mean, it.trust_p10, it.trust_p50, it.trust_ks))
        table.add_row(it.name, str(it.frames), *trust, agreement, points(it.class_psi))
    return table


def _updates(report: Report) -> Table:
    table = _table(
        None,
        "update",
        "from frame",
        "learned from",
        "trained",
        "swapped",
        "lost",
        "outcome",
    )
    table.columns[-1].justify = "left"
    for update in report.updates:
        swap, lost = milliseconds(update.swap_ms), update.frames_lost
        table.add_row(
            f"version {update.version}",
            "-" if update.frame is None else str(update.frame),
            f"{update.samples} frames",
            f"{update.train_s:.1f} s",
            swap,
            "-" if lost is None else str(lost),
            what_became_of(update),
        )
    return table


def _link(link: LinkFigures) -> Table:
    table = _table(None, "link", "bytes", "used", "content")
    for name, way in (("up", link.up), ("down", link.down)):
        content = ", ".join(f"{size(count)} {kind}" for kind, count in way.kinds.items())
        table.add_row(name, size(way.bytes), f"{way.used:.0%}", content)
    for name, latency in (("hard frames", link.hard_ms), ("ideal", link.ideal_ms)):
        quantiles = f"{milliseconds(latency.p50)}, {milliseconds(latency.p95)} (p50, p95)"
        table.add_row(name, "", "", quantiles)
    return table


def _processes(report: Report) -> Table:
    table = _table(None, "process", "CPU", "memory")
    for name, usage in report.processes.items():
        table.add_row(name, f"{usage.cpu_percent:.0f} %", f"{usage.rss_mb_max:.0f} MB")
    return table


def _table(title: str | None, first: str, *others: str) -> Table:
    """Return a table with its first column to the left and numbers to the right."""
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column(first)
    for name in others:
        table.add_column(name, justify="right" if name else "left")
    return table
