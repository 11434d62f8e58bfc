"""Pictures inside the page."""

import base64

import cv2
import numpy as np
import pytest
from laecips_eval.reports.page.gallery import Panel, class_colours, gallery_panels
from laecips_eval.scoring.frame_gallery import GalleryFrame
from laecips_eval.scoring.frame_log import FrameRow

PALETTE = [(255, 0, 0), (0, 0, 255)]


def frame(stamp_ns: int, shape: tuple[int, int] = (40, 60)) -> GalleryFrame:
    nothing = np.full(shape, 255, np.uint8)
    return GalleryFrame(
        index=stamp_ns,
        stamp_ns=stamp_ns,
        segment="",
        rgb=np.full((*shape, 3), 200, np.uint8),
        now=np.zeros(shape, np.uint8),
        published=np.ones(shape, np.uint8),
        truth=nothing,
        trust=0.25,
        delta=0.5,
    )


def pictures(panels: list[Panel]) -> list[np.ndarray]:
    """The panels as they are shown, RGB."""
    decoded = [np.frombuffer(base64.b64decode(panel.jpeg), np.uint8) for panel in panels]
    found = [cv2.imdecode(data, cv2.IMREAD_COLOR)[:, :, ::-1] for data in decoded]
    assert [it.shape[:2] for it in found] == [(panel.height, panel.width) for panel in panels]
    return found


def drawn(frames: list[GalleryFrame], rows: list[FrameRow]) -> list[Panel]:
    shown = gallery_panels(frames, rows=rows, palette=PALETTE)
    assert [frame for frame, _ in shown] == frames
    return [panel for _, panels in shown for panel in panels]


def test_classes_have_their_colours() -> None:
    camera, now, published, truth = pictures(drawn([frame(1)], []))
    assert np.ptp(camera.mean((0, 1))) < 5
    assert now.mean((0, 1)).argmax() == 0
    assert published.mean((0, 1)).argmax() == 2
    assert np.abs(truth.astype(int) - camera).max() < 5  # pixels without a class stay as they are


@pytest.mark.parametrize(
    ("row", "captions"),
    [
        (
            FrameRow(stamp_ns=1, source="cloud", reason="none", iou=0.75, iou_now=0.5),
            ["f as it ran, IoU 0.500", "published: F, IoU 0.750"],
        ),
        (
            FrameRow(stamp_ns=1, source="edge_fallback", reason="deadline"),
            ["f as it ran", "published: f (deadline)"],
        ),
    ],
)
def test_captions(row: FrameRow, captions: list[str]) -> None:
    camera, now, published, truth = drawn([frame(1)], [row])
    assert [now.caption, published.caption] == captions
    assert camera.alt == "camera picture of frame 1"
    assert truth.alt == "true classes of frame 1"


def test_the_legend_has_the_colours_of_the_overlay() -> None:
    assert class_colours(("a", "b"), PALETTE) == [("a", "rgb(255,0,0)"), ("b", "rgb(0,0,255)")]


def test_without_frames_no_palette_is_needed() -> None:
    assert gallery_panels([], rows=[], palette=()) == []


def test_large_pictures_are_made_smaller_and_many_smaller_still() -> None:
    large = (400, 600)
    assert {picture.shape for picture in pictures(drawn([frame(1, large)], []))} == {(240, 360, 3)}
    many = pictures(drawn([frame(stamp, large) for stamp in range(80)], []))
    assert {picture.shape for picture in many} == {(120, 180, 3)}
