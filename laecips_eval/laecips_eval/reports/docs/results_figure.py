"""Figure of a replay over time: accuracy, uploads and latency, with marked segments."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from laecips_eval.scoring.frame_log import FrameRow
from laecips_eval.scoring.segments import FrameRange
from laecips_eval.scoring.timeline import rolling_mean


def draw_replay(
    path: Path,
    *,
    rows: Sequence[FrameRow],
    segments: Sequence[FrameRange],
    window: int = 30,
) -> None:
    """Draw one run as SVG; the same rows give the same bytes.

    Args:
        path: path of the SVG; its folder exists.
        rows: the run's frame log.
        segments: the report's segments.
        window: number of frames of a moving mean.

    Raises:
        OSError: the file cannot be written.
    """
    import matplotlib as mpl  # noqa: PLC0415 - slow to import, only needed here

    mpl.use("svg")
    import matplotlib.pyplot as plt  # noqa: PLC0415

    rows = sorted((row for row in rows if row.index is not None), key=lambda row: row.index or 0)
    frames = [row.index or 0 for row in rows]
    with mpl.rc_context({"svg.hashsalt": "laecips", "font.size": 9}):
        figure, (accuracy, uploads, latency) = plt.subplots(
            3, 1, figsize=(9, 6.5), sharex=True, layout="constrained"
        )
        accuracy.plot(frames, rolling_mean([r.iou_now for r in rows], window), label="f alone")
        accuracy.plot(frames, rolling_mean([r.iou for r in rows], window), label="published")
        if any(r.iou_untrained not in (None, r.iou_now) for r in rows):
            untrained = rolling_mean([r.iou_untrained for r in rows], window)
            accuracy.plot(frames, untrained, ":", color="grey", label="f without training")
        accuracy.set_ylabel("mIoU of a frame")
        accuracy.legend(loc="lower left")
        hard = [None if row.hard is None else float(row.hard) for row in rows]
        sent = [float(row.went_up) for row in rows]
        uploads.plot(frames, rolling_mean(hard, window), label="called hard")
        uploads.plot(frames, rolling_mean(sent, window), label="sent")
        uploads.set_ylim(0, 1)
        uploads.set_ylabel("share of frames")
        uploads.legend(loc="upper left")
        for source, colour in (("edge", "C0"), ("cloud", "C1"), ("edge_fallback", "C3")):
            chosen = [(r.index, r.latency_ms) for r in rows if r.source == source and r.latency_ms]
            if chosen:
                latency.scatter(*zip(*chosen, strict=True), s=3, color=colour, label=source)
        latency.set_yscale("log")
        latency.set_ylabel("latency, ms")
        latency.set_xlabel("frame")
        if latency.get_legend_handles_labels()[0]:
            latency.legend(loc="upper left")
        for segment in segments:
            for axes in (accuracy, uploads, latency):
                axes.axvline(segment.start, color="grey", linewidth=0.5)
            accuracy.annotate(
                segment.name, (segment.start, 1.02), xycoords=("data", "axes fraction")
            )
        figure.savefig(path, format="svg", metadata={"Date": None})
        plt.close(figure)
