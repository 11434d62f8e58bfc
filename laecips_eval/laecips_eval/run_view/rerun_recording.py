"""Logs the records of a run to Rerun (package rerun-sdk, optional), and lays its views out.

Entities have the names of the records: `camera`, `camera/findings`, `published`, `f`, `truth`,
`confidence`, `trust/trust`, `trust/delta`, `latency/ms`, `iou/published`, `iou/f`, `lanes/NAME`,
`summary`, `log`; and `classes`, the legend. Time lines: `frame` (position in the bag) and `stamp`
(time of the bag).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final

import numpy as np
import pyarrow as pa
import rerun as rr
import rerun.blueprint as rrb
from laecips_edge.core.image.codecs import encode_jpeg

from laecips_eval.reports.docs.contact_sheet import class_legend
from laecips_eval.run_view.frame_text import DECISIONS
from laecips_eval.run_view.indexed_png import indexed_png
from laecips_eval.run_view.records import (
    Absent,
    Boxes,
    Curves,
    Labels,
    Lane,
    Moment,
    Note,
    Photo,
    Record,
    Sight,
    State,
    Summary,
)
from laecips_eval.run_view.viewer_process import ViewerError

FRAME, STAMP = "frame", "stamp"
"""The time lines."""

_NO_CLASS: Final = 255
_GREEN, _BLUE, _ORANGE, _GREY = (46, 158, 91), (47, 127, 208), (232, 118, 45), (136, 136, 136)
_CURVES: Final = {
    "trust/trust": ("trust", _BLUE),
    "trust/delta": ("delta", _ORANGE),
    "latency/ms": ("latency in ms", _GREEN),
    "iou/published": ("IoU published", _GREEN),
    "iou/f": ("IoU of f", _GREY),
}
_HELD: Final = 1024
"""Records after which those before must be with the viewer, so that none pile up here."""


def log_run(
    recording: rr.RecordingStream,
    records: Iterable[Record],
    *,
    classes: Sequence[str],
    palette: Sequence[tuple[int, int, int]],
    class_names: bool = False,
) -> None:
    """Log all records of a run.

    Args:
        recording: where to.
        records: the records, in any order.
        classes: names of the classes.
        palette: one (R, G, B) colour per class.
        class_names: whether the viewer names the class under the pointer. Label maps are class
            indices then, which a viewer holds with a byte for each pixel; else they are pictures.

    Raises:
        ViewerError: Rerun cannot take them: its viewer is gone, or the disk is full.
    """
    _log_legend(recording, classes, palette)
    for number, record in enumerate(records):
        _at(recording, record.at)
        if isinstance(record, Labels):
            _log_labels(recording, record, None if class_names else palette)
        else:
            _log(recording, record)
        if number % _HELD == 0:
            _flush(recording)
    _flush(recording)


def layout(sights: Collection[Sight], *, scored: bool, rate_hz: float) -> rrb.Blueprint:
    """Return the layout of the views.

    Args:
        sights: what the run has to show.
        scored: whether the IoU of frames is known.
        rate_hz: frames a second at which the viewer plays the time line of frames.
    """
    pictures = [
        rrb.Spatial2DView(origin=sight.value, name=_TITLES[sight])
        for sight in Sight
        if sight in sights
    ]
    curves = [
        rrb.TimeSeriesView(origin="trust", name="trust against delta"),
        rrb.TimeSeriesView(origin="latency", name="latency"),
    ]
    if scored:
        curves.append(rrb.TimeSeriesView(origin="iou", name="IoU"))
    return rrb.Blueprint(
        rrb.Vertical(
            rrb.Horizontal(
                *pictures,
                rrb.Spatial2DView(origin="classes", name="classes"),
                column_shares=[1.5] + [1.0] * (len(pictures) - 1) + [0.6],
            ),
            rrb.Horizontal(*curves),
            rrb.Horizontal(
                rrb.StateTimelineView(origin="lanes", name="decision, version, drift"),
                rrb.TextDocumentView(origin="summary", name="frame"),
                rrb.TextLogView(origin="log", name="updates and findings"),
                column_shares=[3, 1, 2],
            ),
            row_shares=[4, 2, 3],
        ),
        rrb.TimePanel(state="collapsed", timeline=FRAME, fps=rate_hz or None, play_state="paused"),
        auto_views=False,
        collapse_panels=True,
    )


_TITLES: Final = {
    Sight.CAMERA: "camera and findings",
    Sight.PUBLISHED: "published",
    Sight.F: "f alone",
    Sight.TRUTH: "truth",
    Sight.CONFIDENCE: "confidence of f",
}


def _flush(recording: rr.RecordingStream) -> None:
    try:
        recording.flush()
    except RuntimeError as error:
        raise ViewerError(
            f"Rerun takes no more frames ({error}): is its viewer gone, or the disk full?"
        ) from error


def _log_legend(
    recording: rr.RecordingStream,
    classes: Sequence[str],
    palette: Sequence[tuple[int, int, int]],
) -> None:
    legend = [
        rr.AnnotationInfo(id=label, label=name, color=colour)
        for label, (name, colour) in enumerate(zip(classes, palette, strict=True))
    ]
    legend.append(rr.AnnotationInfo(id=_NO_CLASS, label="no class", color=(0, 0, 0)))
    recording.log("/", rr.AnnotationContext(legend), static=True)
    width = 30 + 9 * max(len(name) for name in classes)  # pixels, for the longest name
    picture = encode_jpeg(class_legend(classes, palette, width), 95)
    shown = rr.EncodedImage(contents=picture, media_type="image/jpeg")
    recording.log("classes", shown, static=True)
    for path, (name, colour) in _CURVES.items():
        recording.log(path, rr.SeriesLines(names=name, colors=[colour], widths=1.5), static=True)
    decisions = rr.StateConfiguration(
        values=list(DECISIONS), colors=[_GREEN, _BLUE, _ORANGE, _GREY]
    )
    recording.log(f"lanes/{Lane.DECISION}", decisions, static=True)


def _at(recording: rr.RecordingStream, at: Moment) -> None:
    recording.set_time(FRAME, sequence=at.frame)
    recording.set_time(STAMP, timestamp=np.datetime64(at.stamp_ns, "ns"))


def _log_labels(
    recording: rr.RecordingStream,
    record: Labels,
    palette: Sequence[tuple[int, int, int]] | None,
) -> None:
    path = record.sight.value
    if palette is None:
        pixels = np.ascontiguousarray(record.label_map)
        recording.log(path, rr.SegmentationImage(pixels, opacity=1.0))
    else:
        png = indexed_png(record.label_map, palette)
        recording.log(path, rr.EncodedImage(contents=png, media_type="image/png"))


def _log(recording: rr.RecordingStream, record: Record) -> None:
    match record:
        case Photo():
            picture = rr.EncodedImage(contents=record.jpeg, media_type="image/jpeg")
            recording.log(record.sight.value, picture)
        case Absent():
            recording.log(record.sight.value, rr.Clear(recursive=False))
        case Boxes():
            boxes = rr.Boxes2D(
                array=record.boxes,
                array_format=rr.Box2DFormat.XYWH,
                class_ids=record.labels,
                labels=record.texts,
            )
            recording.log(f"{Sight.CAMERA}/findings", boxes)
        case Curves():
            for name, value in record.values.items():
                recording.log(name, rr.Scalars(value))
        case State():
            recording.log(
                f"lanes/{record.lane}", rr.StateChange(state=pa.array([record.state], pa.string()))
            )
        case Summary():
            markdown = rr.TextDocument(record.text, media_type=rr.MediaType.MARKDOWN)
            recording.log("summary", markdown)
        case Note():
            level = rr.TextLogLevel.WARN if record.warns else rr.TextLogLevel.INFO
            recording.log("log", rr.TextLog(record.text, level=level))
