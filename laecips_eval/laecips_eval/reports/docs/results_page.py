"""Documentation page of measured replays: tables from `report.json`, and figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from laecips_eval.reports.report import Report
from laecips_eval.reports.report_table import what_became_of

_STREAMS = {
    "published": "published",
    "edge_only": "f alone",
    "edge_untrained": "f without training",
}

_LEARNING = """\
*age*: time since the newest frame that the running f has learnt from. *models*: bytes of all
updates, beside those of the frames that went up. *points*: f's mIoU as it ran less that without
training, over the whole run and over its last segment."""


def results_page(
    *, title: str, introduction: str, reports: Mapping[str, Report], figures: Sequence[str] = ()
) -> str:
    """Return the page.

    Args:
        title: headline.
        introduction: text below the headline, Markdown: the replays and their commands.
        reports: validated reports, by name of the run in the tables.
        figures: paths of figures, relative to the page.

    Returns:
        The page as Markdown, with a newline at its end.
    """
    parts = [f"# {title}", introduction.strip()]
    parts += [f"![{name}]({name})" for name in figures]
    parts += ["## Runs", _setup(reports), "## Frames", _frames(reports)]
    parts += ["## Accuracy", _accuracy(reports)]
    if _any_compared(reports):
        parts += ["## Gain from training", _gains(reports)]
    if any(report.updates for report in reports.values()):
        parts += ["## What learning costs", _LEARNING, _learning(reports)]
    if latency := _latency(reports):
        parts += ["## Latency", latency]
    for name, report in reports.items():
        if report.segments:
            parts += [f"## Segments: {name}", _segments(report)]
        if report.updates:
            parts += [f"## Updates: {name}", _updates(report)]
        if report.miou.published.per_class:
            parts += [f"## Classes: {name}", _classes(report)]
        if report.processes:
            parts += [f"## Processes: {name}", _processes(report)]
    return "\n\n".join(parts) + "\n"


def table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Return a Markdown table; floats have three decimals, None is a dash."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _any_compared(reports: Mapping[str, Report]) -> bool:
    return any(report.compared for report in reports.values())


def _run(name: str, report: Report) -> str:
    return name if report.complete else f"{name} (stopped early)"


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %"


def _setup(reports: Mapping[str, Report]) -> str:
    rows = []
    for name, report in reports.items():
        setup, bundle = report.setup, report.setup.bundle
        rows.append([
            _run(name, report), f"{bundle.name} v{bundle.version}",
            setup.policy, setup.delta, f"{setup.engine} {setup.precision}",
            setup.mode if setup.rate is None else f"{setup.mode}, rate {setup.rate:g}",
            f"`{bundle.hash[:12]}`", f"`{report.bag.hash[:12]}`",
        ])  # fmt: skip
    head = ["run", "bundle", "policy", "delta", "engine", "mode", "bundle's hash", "bag's hash"]
    return table(head, rows)


def _frames(reports: Mapping[str, Report]) -> str:
    rows = []
    for name, report in reports.items():
        answered, dropped = report.answered, report.dropped
        reasons = ", ".join(f"{count} {why}" for why, count in report.fallback if count)
        rows.append([
            _run(name, report), report.frames, answered.edge, answered.cloud,
            f"{answered.edge_fallback}" + (f" ({reasons})" if reasons else ""),
            dropped.superseded, dropped.rejected + dropped.transport,
            f"{report.wanted} / {report.sent} / {report.audit}", _percent(report.cur),
            f"{report.bytes.up / 1e6:.2f} / {report.bytes.down / 1e6:.2f} MB",
        ])  # fmt: skip
    head = [
        "run", "frames", "edge", "cloud", "fallback", "superseded", "lost",
        "wanted / sent / audit", "CUR", "up / down",
    ]  # fmt: skip
    return table(head, rows)


def _accuracy(reports: Mapping[str, Report]) -> str:
    streams = list(_STREAMS) if _any_compared(reports) else list(_STREAMS)[:2]
    rows = [
        [_run(name, report)]
        + [getattr(report.miou, stream).dataset for stream in streams]
        + [getattr(report.miou, stream).frame_mean for stream in streams]
        for name, report in reports.items()
    ]
    head = ["run"] + [
        f"{_STREAMS[stream]}, {measure}"
        for measure in ("data set", "frame mean")
        for stream in streams
    ]
    return table(head, rows)


def _gains(reports: Mapping[str, Report]) -> str:
    """Return the gain over f without training in points, over the last segments together."""
    rows = []
    for name, report in reports.items():
        swapped = [update for update in report.updates if update.frame is not None]
        promoted = sum(update.promoted for update in report.updates)
        lost = sum(update.frames_lost or 0 for update in swapped)
        wanted = report.wanted
        fallbacks = report.answered.edge_fallback / wanted if wanted else 0.0
        for entry in report.over_last:
            before = entry.edge_untrained
            rows.append([
                _run(name, report), entry.segments, before,
                _gain(entry.edge_only, before), _gain(entry.published, before),
                f"{promoted} of {len(report.updates)}", lost, _percent(fallbacks),
            ])  # fmt: skip
    head = [
        "run", "last segments", "f without training", "f as it ran", "published",
        "updates promoted", "frames lost by swaps", "fallbacks of wanted",
    ]  # fmt: skip
    return table(head, rows)


def _learning(reports: Mapping[str, Report]) -> str:
    """Return what each run's updates weighed, how late they were and what they brought."""
    rows = []
    for name, report in reports.items():
        updates, age, accuracy = report.updates, report.knowledge, report.miou
        points = _points(accuracy.edge_only.dataset, accuracy.edge_untrained.dataset)
        last = [_points(it.edge_only, it.edge_untrained) for it in report.over_last[:1]]
        kbit_s = _model_kbit_s(report)
        rows.append([
            _run(name, report), f"{sum(it.promoted for it in updates)} of {len(updates)}",
            _seconds(median(it.train_s for it in updates) if updates else None),
            _seconds(age.p50_s), _seconds(age.p95_s),
            f"{report.bytes.model / 1e6:.2f} / {report.bytes.up / 1e6:.2f} MB",
            None if kbit_s is None else f"{kbit_s:.1f}",
            _signed(points, 1), _signed(last[0] if last else None, 1),
            _signed(points / kbit_s if points is not None and kbit_s else None, 3),
        ])  # fmt: skip
    head = [
        "run", "promoted", "training, median", "age, median", "age, p95", "models / frames",
        "models, kbit/s", "points", "points, last segment", "points per kbit/s",
    ]  # fmt: skip
    return table(head, rows)


def _model_kbit_s(report: Report) -> float | None:
    """Return the mean rate of a run's updates; None where nothing came over a link."""
    if report.link is not None:
        return report.link.down.kbit_s("models", rate=report.link.rate_bit_s)
    if report.bytes.model and report.bytes.span_s:
        return 8e-3 * report.bytes.model / report.bytes.span_s
    return None


def _points(value: float | None, before: float | None) -> float | None:
    return None if value is None or before is None else 100 * (value - before)


def _signed(value: float | None, digits: int) -> str | None:
    return None if value is None else f"{value:+.{digits}f}"


def _seconds(value: float | None) -> str | None:
    return None if value is None else f"{value:.0f} s"


def _gain(value: float | None, before: float | None) -> str | None:
    if value is None or before is None:
        return None
    return f"{value:.3f} ({100 * (value - before):+.1f})"


def _latency(reports: Mapping[str, Report]) -> str:
    """Return the table of live runs; empty without one: without ROS no time is measured."""
    rows = [
        [_run(name, report), kind, *map(_milliseconds, (figures.p50, figures.p95, figures.p99))]
        for name, report in reports.items()
        if report.latency_ms.all.p50 is not None
        for kind, figures in report.latency_ms
    ]
    return table(["run", "answered by", "p50", "p95", "p99"], rows) if rows else ""


def _milliseconds(value: float | None) -> str | None:
    return None if value is None else f"{value:.0f} ms"


def _segments(report: Report) -> str:
    rows = []
    for segment in report.segments:
        frames = segment.frames
        hard = _percent(segment.wanted / frames) if frames else None
        rows.append([
            segment.name, frames, segment.answered, hard, _percent(segment.cur),
            segment.published, segment.edge_only, segment.edge_untrained,
        ])  # fmt: skip
    head = ["segment", "frames", "answered", "called hard", "CUR"]
    return table(head + [f"mIoU {title}" for title in _STREAMS.values()], rows)


def _updates(report: Report) -> str:
    rows = []
    for update in report.updates:
        transfer = update.transfer_s
        rows.append([
            update.version, update.trigger, update.samples, f"{update.train_s:.1f} s",
            None if transfer is None else f"{transfer:.2f} s", _milliseconds(update.swap_ms),
            update.frame, update.frames_lost, what_became_of(update),
        ])  # fmt: skip
    head = [
        "version", "trigger", "frames for training", "training time", "transfer time",
        "swap time", "first frame", "frames lost", "outcome",
    ]  # fmt: skip
    return table(head, rows)


def _classes(report: Report) -> str:
    streams = list(_STREAMS) if report.compared else list(_STREAMS)[:2]
    miou = report.miou
    rows = [
        [name]
        + [getattr(miou, stream).per_class.get(name) for stream in streams]
        + [getattr(miou, stream).recall.get(name) for stream in streams]
        for name in miou.published.per_class
    ]
    head = ["class"] + [
        f"{measure} {_STREAMS[stream]}" for measure in ("IoU", "recall") for stream in streams
    ]
    return table(head, rows)


def _processes(report: Report) -> str:
    rows = [
        [name, f"{figures.cpu_percent:.0f} %", f"{figures.rss_mb_max:.0f} MB"]
        for name, figures in report.processes.items()
    ]
    return table(["process", "CPU (100 % = one core)", "peak memory"], rows)
