"""The gallery of hard frames on a run's page: pictures and label maps inside the page itself."""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence

import cv2
import numpy as np
from laecips_cloud.metrics import LabelMap
from laecips_edge.core.image.overlay import Overlay
from numpy.typing import NDArray

from laecips_eval.reports.page.html_text import escaped, points
from laecips_eval.scoring.frame_gallery import GalleryFrame
from laecips_eval.scoring.frame_log import FrameRow

Palette = Sequence[tuple[int, int, int]]

_WIDTH = 360
_AT_FULL_WIDTH = 20
_JPEG_QUALITY = 82
_OPACITY = 0.62


def gallery_html(
    frames: Sequence[GalleryFrame],
    *,
    rows: Sequence[FrameRow],
    classes: Sequence[str],
    palette: Palette,
) -> str:
    """Every frame with what f said, what was published, and truth where there is any.

    Args:
        frames: what to show, in order.
        rows: the frame log, for IoU and source.
        classes: names, in the order of the labels.
        palette: (R, G, B) of each class.
    """
    known = {row.stamp_ns: row for row in rows}
    overlay = Overlay(palette, opacity=_OPACITY)
    # The page stays of one size however many frames there are.
    width = round(_WIDTH * min(1.0, math.sqrt(_AT_FULL_WIDTH / max(len(frames), 1))))
    shown = "".join(_frame(frame, known.get(frame.stamp_ns), overlay, width) for frame in frames)
    return _legend(classes, palette) + shown


def _legend(classes: Sequence[str], palette: Palette) -> str:
    items = "".join(
        f'<li><i style="background:rgb({red},{green},{blue})"></i>{escaped(name)}</li>'
        for name, (red, green, blue) in zip(classes, palette, strict=False)
    )
    return f'<ul class="legend" aria-label="colours of the classes">{items}</ul>'


def _frame(frame: GalleryFrame, row: FrameRow | None, overlay: Overlay, most: int) -> str:
    where = f", {escaped(frame.segment)}" if frame.segment else ""
    name = f"frame {frame.index}"
    rgb = _smaller(frame.rgb, most)
    panels = [
        _panel(rgb, f"camera picture of {name}", "camera"),
        _panel(
            _painted(rgb, frame.now, overlay),
            f"classes that f saw in {name}",
            "f as it ran" + _iou(row.iou_now if row else None),
        ),
        _panel(
            _painted(rgb, frame.published, overlay),
            f"classes that were published for {name}",
            _published(row) + _iou(row.iou if row else None),
        ),
    ]
    if frame.truth is not None:
        panels.append(
            _panel(_painted(rgb, frame.truth, overlay), f"true classes of {name}", "truth")
        )
    style = "panels" if len(panels) == 4 else "panels three"
    return (
        f'<section class="frame"><h4><b>Frame {frame.index}</b>{where}: '
        f"h&nbsp;{frame.confidence:.3f}, delta&nbsp;{frame.delta:.3f}</h4>"
        f'<div class="{style}">{"".join(panels)}</div></section>'
    )


def _published(row: FrameRow | None) -> str:
    if row is None or row.source != "edge_fallback":
        return "published: F"
    return f"published: f ({row.reason})"


def _iou(value: float | None) -> str:
    return "" if value is None else f", IoU {points(value)}"


def _painted(rgb: NDArray[np.uint8], label_map: LabelMap, overlay: Overlay) -> NDArray[np.uint8]:
    height, width = rgb.shape[:2]
    labels = np.asarray(
        cv2.resize(
            np.ascontiguousarray(label_map), (width, height), interpolation=cv2.INTER_NEAREST
        )
    )
    return overlay.paint(rgb, labels)


def _smaller(picture: NDArray[np.uint8], most: int) -> NDArray[np.uint8]:
    height, width = picture.shape[:2]
    if width <= most:
        return np.ascontiguousarray(picture)
    size = (most, max(1, round(height * most / width)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def _panel(picture: NDArray[np.uint8], alt: str, caption: str) -> str:
    options = [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY]
    _, data = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), options)
    text = base64.b64encode(data.tobytes()).decode("ascii")
    height, width = picture.shape[:2]
    return (
        f'<figure><img src="data:image/jpeg;base64,{text}" width="{width}" height="{height}" '
        f'alt="{escaped(alt)}"><figcaption>{escaped(caption)}</figcaption></figure>'
    )
