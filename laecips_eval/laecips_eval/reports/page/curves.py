"""The curves of a run's page: accuracy, uploads, latency and bytes over the same frames."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from laecips_eval.reports.page.html_text import escaped, percent
from laecips_eval.reports.page.line_chart import Axis, Band, Chart, Mark, chart_svg
from laecips_eval.reports.page.trust_chart import trust_svg
from laecips_eval.reports.report import Report
from laecips_eval.reports.report_table import what_became_of
from laecips_eval.scoring.frame_log import FrameRow
from laecips_eval.scoring.timeline import Timeline, timeline, trust

_SAMPLES = {
    "edge": '<path class="dots edge" d="M9 6h0m6 0h0m6 0h0"/>',
    "cloud": '<path class="dots cloud" d="M15 3l3 5.4h-6z"/>',
    "edge_fallback": '<path class="dots edge_fallback" d="M12.5 3.5l5 5m-5 0l5-5"/>',
}


def curves_html(report: Report, rows: Sequence[FrameRow]) -> str:
    """One figure after the other, with the bag's segments as bands and updates as lines."""
    line = timeline(rows, rate=report.setup.rate)
    if not len(line.frames):
        return "<p>No frame was played: there is nothing to draw.</p>"
    axis = Axis(
        frames=line.frames, seconds=line.seconds, bands=_bands(report), marks=_marks(report)
    )
    learned = any(update.frame is not None for update in report.updates)
    figures = [
        _accuracy(line, axis, compared=report.compared),
        _uploads(line, axis),
        _latency(line, axis),
        _bytes(line, axis),
    ]
    return _explain(line, report, learned=learned) + "".join(figures)


def trust_html(report: Report, rows: Sequence[FrameRow]) -> str:
    """Histograms of h before and after training, or a sentence that says why there are none."""
    found = trust(rows, first_version=report.setup.bundle.version)
    if not len(found.trained):
        return (
            "<p>No frame was looked at by a trained pair and by the first one as well, so h before "
            "and after training cannot be compared.</p>"
        )
    delta = report.setup.delta
    before, after = float(np.median(found.untrained)), float(np.median(found.trained))
    hard = float(np.mean(found.untrained <= delta))
    return (
        f"<p>On the same {len(found.trained):,} frames, those that a trained pair has looked at: "
        f"h has a median of {after:.3f} as the pairs ran, {before:.3f} without training; "
        f"{percent(found.hard)} were called hard, {percent(hard)} would have been.</p>"
        '<figure><figcaption><span class="what">h of a frame, number of frames</span>'
        "<span>upwards, filled: the pairs that ran</span>"
        "<span>downwards, hatched: the pair that the run began with</span></figcaption>"
        f"{trust_svg(found, untrained_delta=delta)}</figure>"
    )


def _bands(report: Report) -> list[Band]:
    return [Band(name=part.name, start=part.start, stop=part.stop) for part in report.segments]


def _marks(report: Report) -> list[Mark]:
    return [
        Mark(
            frame=update.frame,
            name=f"v{update.version}" + (" undone" if update.rolled_back else ""),
            title=f"version {update.version} from frame {update.frame}: {what_became_of(update)}",
            lasted=not update.rolled_back,
        )
        for update in report.updates
        if update.frame is not None
    ]


def _explain(line: Timeline, report: Report, *, learned: bool) -> str:
    text = f"Moving means over {line.window} frames, against frame number and time of the run."
    if report.segments:
        names = ", ".join(
            f"{place} {segment.name}" for place, segment in enumerate(report.segments, 1)
        )
        text += f" Bands are the segments of the bag: {names}."
    if learned:
        text += (
            " A vertical line is the first frame that a new version answered; dashed where the "
            "robot went back."
        )
    return f'<p class="soft">{escaped(text)}</p>'


def _accuracy(line: Timeline, axis: Axis, *, compared: bool) -> str:
    curves = {"edge_untrained": line.edge_untrained} if compared else {}
    curves |= {"edge_only": line.edge_only, "published": line.published}
    chart = Chart(title="mean IoU of frames over the run", curves=curves)
    keys = {"published": "published", "edge_only": "f as it ran"}
    if compared:
        keys["edge_untrained"] = "f without training"
    empty = "There is no truth to hold the answers against."
    return _figure("Mean IoU of a frame", chart, axis, keys, empty)


def _uploads(line: Timeline, axis: Axis) -> str:
    chart = Chart(
        title="share of frames called hard and sent up over the run",
        curves={"hard": line.hard, "sent": line.sent},
        share=True,
        floor=0.0,
    )
    keys = {"sent": "sent up (CUR), audits included", "hard": "called hard"}
    return _figure("Uploads, share of frames", chart, axis, keys, "No frame was answered.")


def _latency(line: Timeline, axis: Axis) -> str:
    points = {source: dots for source, dots in line.latencies.items() if dots}
    chart = Chart(title="latency of each frame in milliseconds", points=points, log=True)
    names = {"edge": "edge", "cloud": "cloud", "edge_fallback": "fallback to f's answer"}
    keys = {source: names[source] for source in points}
    empty = "No latency was measured: offline there is none."
    return _figure("Latency, ms from publish to receipt", chart, axis, keys, empty)


def _bytes(line: Timeline, axis: Axis) -> str:
    sent = float(np.nansum(line.up)) + float(np.nansum(line.down)) > 0
    curves = {"down": line.down, "up": line.up} if sent else {}
    chart = Chart(title="kilobytes a second to and from the cloud", curves=curves, floor=0.0)
    keys = {"up": "up: hard frames", "down": "down: their answers"}
    empty = "Nothing went to the cloud and back."
    return _figure("Traffic, kB/s without audits and models", chart, axis, keys, empty)


def _figure(title: str, chart: Chart, axis: Axis, keys: dict[str, Any], empty: str) -> str:
    drawn = chart_svg(chart, axis)
    if not drawn:
        return f"<h3>{escaped(title)}</h3><p>{escaped(empty)}</p>"
    samples = "".join(
        f'<span class="key"><svg viewBox="0 0 30 12" aria-hidden="true">{_sample(style)}</svg>'
        f"{escaped(name)}</span>"
        for style, name in keys.items()
    )
    return (
        f'<figure><figcaption><span class="what">{escaped(title)}</span>{samples}</figcaption>'
        f"{drawn}</figure>"
    )


def _sample(style: str) -> str:
    return _SAMPLES.get(style, f'<path class="curve {style}" d="M1 6H29"/>')
