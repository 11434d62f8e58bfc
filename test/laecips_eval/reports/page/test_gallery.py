"""Pictures inside the page."""

import base64
import re

import cv2
import numpy as np
import pytest
from laecips_eval.reports.page.gallery import gallery_html
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
        confidence=0.25,
        delta=0.5,
    )


def pictures(text: str) -> list[np.ndarray]:
    """The panels as they are shown, RGB."""
    found = re.findall(r"data:image/jpeg;base64,([^\"]+)", text)
    decoded = [np.frombuffer(base64.b64decode(data), np.uint8) for data in found]
    return [cv2.imdecode(data, cv2.IMREAD_COLOR)[:, :, ::-1] for data in decoded]


def drawn(frames: list[GalleryFrame], rows: list[FrameRow]) -> str:
    return gallery_html(frames, rows=rows, classes=("a", "b"), palette=PALETTE)


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
    text = drawn([frame(1)], [row])
    assert re.findall("<figcaption>(.*?)</figcaption>", text)[1:3] == captions


def test_large_pictures_are_made_smaller_and_many_smaller_still() -> None:
    large = (400, 600)
    assert {picture.shape for picture in pictures(drawn([frame(1, large)], []))} == {(240, 360, 3)}
    many = pictures(drawn([frame(stamp, large) for stamp in range(80)], []))
    assert {picture.shape for picture in many} == {(120, 180, 3)}
