"""A run over time on its page: accuracy, uploads, latency and bytes over the same frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from laecips_eval.reports.page.inline_svg import Drawing
from laecips_eval.reports.page.time_chart import (
    Band,
    Curve,
    Mark,
    Points,
    TimeAxis,
    TimeChart,
    draw_over_time,
)
from laecips_eval.reports.report import Report
from laecips_eval.reports.report_table import what_became_of
from laecips_eval.scoring.frame_log import FrameRow
from laecips_eval.scoring.link_figures import LinkFigures
from laecips_eval.scoring.timeline import Timeline, timeline


@dataclass(frozen=True, kw_only=True)
class OverTime:
    """The charts of a run over time.

    Attributes:
        window: number of frames of a moving mean.
        charts: each chart with its drawings, which are empty without data; no charts if no frame
            was played.
        learned: whether a new version has answered frames.
    """

    window: int
    charts: Sequence[tuple[TimeChart, Sequence[Drawing]]]
    learned: bool


def over_time(report: Report, rows: Sequence[FrameRow]) -> OverTime:
    """Draw all charts, with the bag's segments as bands and updates as lines."""
    line = timeline(rows, rate=report.setup.rate)
    axis = TimeAxis(
        frames=line.frames,
        seconds=line.seconds,
        bands=[Band(name=it.name, start=it.start, stop=it.stop) for it in report.segments],
        marks=[*_updates(report), *_cuts(report)],
    )
    charts = (
        charts_of(line, compared=report.compared, scored=report.scored) if len(line.frames) else []
    )
    if report.link is not None and charts:
        charts = [*charts, _link(line, report.link)]
    return OverTime(
        window=line.window,
        charts=[(chart, draw_over_time(chart, axis)) for chart in charts],
        learned=bool(_updates(report)),
    )


def charts_of(line: Timeline, *, compared: bool, scored: bool = True) -> Sequence[TimeChart]:
    """Return the charts of a run.

    Args:
        line: series of at least one frame.
        compared: whether f without training is shown beside f as it ran.
        scored: whether there is truth; without it trust and agreement are shown.
    """
    first = _accuracy(line, compared=compared) if scored else _trust(line)
    return [first, _uploads(line), _latency(line), _traffic(line)]


def _updates(report: Report) -> list[Mark]:
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


def _cuts(report: Report) -> list[Mark]:
    cuts = report.link.cuts if report.link is not None else []
    return [
        Mark(
            frame=frame,
            name=f"link {what}",
            title=f"the link was {what} at {second:.0f} s of the run",
            lasted=what == "mended",
        )
        for cut in cuts
        for what, frame, second in (
            ("cut", cut.start, cut.start_s),
            ("mended", cut.stop, cut.stop_s),
        )
    ]


def _accuracy(line: Timeline, *, compared: bool) -> TimeChart:
    untrained = Curve(
        name="f without training", colour="untrained", dashes="dotted", values=line.edge_untrained
    )
    return TimeChart(
        name="accuracy",
        title="Mean IoU of a frame",
        curves=[
            *([untrained] if compared else []),
            Curve(name="f as it ran", colour="edge", dashes="dashed", values=line.edge_only),
            Curve(name="published", colour="published", dashes="solid", values=line.published),
        ],
        empty="There is no truth to compare the answers with.",
    )


def _trust(line: Timeline) -> TimeChart:
    return TimeChart(
        name="trust-over-time",
        title="Without truth: trust, and agreement on hard frames",
        curves=[
            Curve(name="h", colour="edge", dashes="dashed", values=line.trust),
            Curve(
                name="f and F agree, share of pixels",
                colour="published",
                dashes="solid",
                values=line.agreement,
            ),
        ],
        empty="No frame was answered.",
    )


def _uploads(line: Timeline) -> TimeChart:
    return TimeChart(
        name="uploads",
        title="Uploads, share of frames",
        curves=[
            Curve(name="called hard", colour="edge", dashes="dashed", values=line.hard),
            Curve(
                name="sent up (CUR), audits included",
                colour="published",
                dashes="solid",
                values=line.sent,
            ),
        ],
        share=True,
        floor=0.0,
        empty="No frame was answered.",
    )


def _latency(line: Timeline) -> TimeChart:
    kinds = (
        ("edge", "edge", "edge", "dot"),
        ("cloud", "cloud", "cloud", "triangle"),
        ("edge_fallback", "fallback to f's answer", "fallback", "cross"),
    )
    return TimeChart(
        name="latency",
        title="Latency, ms from publish to receipt",
        points=[
            Points(name=name, colour=colour, shape=shape, places=line.latencies[source])
            for source, name, colour, shape in kinds
            if line.latencies[source]
        ],
        log=True,
        empty="No latency was measured: offline there is none.",
    )


def _traffic(line: Timeline) -> TimeChart:
    sent = float(np.nansum(line.up)) + float(np.nansum(line.down)) > 0
    down = Curve(name="down: their answers", colour="edge", dashes="dashed", values=line.down)
    up = Curve(name="up: hard frames", colour="published", dashes="solid", values=line.up)
    return TimeChart(
        name="traffic",
        title="Traffic, kB/s without audits and models",
        curves=[down, up] if sent else [],
        floor=0.0,
        empty="Nothing went to the cloud and back.",
    )


def _link(line: Timeline, link: LinkFigures) -> TimeChart:
    """Return the chart of the link's use; a frame has that of the second in which it was played."""
    ends = np.array([use.frame for use in link.use])
    place = np.minimum(np.searchsorted(ends, line.frames), len(ends) - 1)
    down, up = (np.array([getattr(use, way) for use in link.use])[place] for way in ("down", "up"))
    return TimeChart(
        name="link",
        title="The link, share of its rate used",
        curves=[
            Curve(name="down", colour="edge", dashes="dashed", values=down),
            Curve(name="up", colour="published", dashes="solid", values=up),
        ],
        share=True,
        floor=0.0,
    )
