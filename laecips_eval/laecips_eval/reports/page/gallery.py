"""The gallery of hard frames on a run's page: pictures and label maps as embedded JPEGs."""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from laecips_cloud.metrics import LabelMap
from laecips_edge.core.image.overlay import Overlay
from numpy.typing import NDArray

from laecips_eval.reports.page.number_text import points
from laecips_eval.scoring.frame_gallery import GalleryFrame
from laecips_eval.scoring.frame_log import FrameRow

Palette = Sequence[tuple[int, int, int]]

_WIDTH = 360
_AT_FULL_WIDTH = 20
_JPEG_QUALITY = 82
_OPACITY = 0.62


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One picture of a frame.

    Attributes:
        jpeg: the JPEG file in Base64.
        width: pixels.
        height: pixels.
        alt: text for screen readers.
        caption: text below the picture.
    """

    jpeg: str
    width: int
    height: int
    alt: str
    caption: str


def class_colours(classes: Sequence[str], palette: Palette) -> Sequence[tuple[str, str]]:
    """Return each class with its colour as CSS."""
    return [
        (name, f"rgb({red},{green},{blue})")
        for name, (red, green, blue) in zip(classes, palette, strict=False)
    ]


def gallery_panels(
    frames: Sequence[GalleryFrame], *, rows: Sequence[FrameRow], palette: Palette
) -> Sequence[tuple[GalleryFrame, Sequence[Panel]]]:
    """Return the panels of each frame: camera, f's label map, published one, and truth if any.

    Args:
        frames: frames to show, in order.
        rows: the frame log, for IoU and source.
        palette: (R, G, B) of each class.
    """
    if not frames:
        return []
    known = {row.stamp_ns: row for row in rows}
    overlay = Overlay(palette, opacity=_OPACITY)
    # More frames get smaller pictures, so that the size of the page stays about the same.
    width = round(_WIDTH * min(1.0, math.sqrt(_AT_FULL_WIDTH / max(len(frames), 1))))
    return [(frame, _panels(frame, known.get(frame.stamp_ns), overlay, width)) for frame in frames]


def _panels(frame: GalleryFrame, row: FrameRow | None, overlay: Overlay, most: int) -> list[Panel]:
    name = f"frame {frame.index}"
    rgb = _smaller(frame.rgb, most)
    panels = [
        panel_of(rgb, f"camera picture of {name}", "camera"),
        panel_of(
            _painted(rgb, frame.now, overlay),
            f"classes that f saw in {name}",
            "f as it ran" + _iou(row.iou_now if row else None),
        ),
        panel_of(
            _painted(rgb, frame.published, overlay),
            f"classes that were published for {name}",
            _published(row) + _iou(row.iou if row else None),
        ),
    ]
    if frame.truth is not None:
        painted = _painted(rgb, frame.truth, overlay)
        panels.append(panel_of(painted, f"true classes of {name}", "truth"))
    return panels


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


def panel_of(picture: NDArray[np.uint8], alt: str, caption: str) -> Panel:
    """Return a picture, uint8 [H, W, 3] RGB, for the page."""
    options = [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY]
    _, data = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), options)
    jpeg = base64.b64encode(data.tobytes()).decode("ascii")
    height, width = picture.shape[:2]
    return Panel(jpeg=jpeg, width=width, height=height, alt=alt, caption=caption)
