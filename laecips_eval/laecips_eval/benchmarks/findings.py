"""Processor time of findings beside that of f, in one run on one thread."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from time import process_time
from typing import Final, NamedTuple

import cv2
import numpy as np
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.findings.finding_keeper import FindingKeeper
from laecips_edge.core.findings.finding_log import FindingLog
from laecips_edge.core.findings.finding_settings import FindingSettings
from laecips_edge.core.findings.inspector import Inspector
from laecips_edge.core.inference.segmenter import Segmenter
from numpy.typing import NDArray

STEP: Final = 7
"""Pixels that the regions move from frame to frame, as in the inspection drives."""

SIZES: Final = ((360, 480), (720, 1280))

_CLASSES: Final = ("panel", "scratch", "dent", "missing_screw")


class FindingsRow(NamedTuple):
    """One case; times are medians of processor time in milliseconds.

    Attributes:
        case: what the label maps show.
        f_ms: f with label map and confidence map, on a picture of the bundle's input size.
        look_ms: regions, tracking and measures of a frame.
        keep_ms: the log and the pictures of a frame.
        share: (look_ms + keep_ms) / f_ms.
    """

    case: str
    f_ms: float
    look_ms: float
    keep_ms: float
    share: float


def run(path: Path, *, repeats: int) -> list[FindingsRow]:
    """Measure label maps with few, many and far too many regions.

    Args:
        path: the bundle's folder.
        repeats: number of runs of f for its median; label maps are three times as many.
    """
    cv2.setNumThreads(1)
    segmenter = Segmenter(Bundle.load(path))
    height, width = segmenter.manifest.input_size
    picture = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    f_ms = median(_milliseconds(lambda: segmenter.predict(picture)) for _ in range(repeats + 1))
    frames = 3 * repeats
    cases: list[tuple[str, Iterator[NDArray[np.uint8]]]] = []
    for size in SIZES:
        text = f"{size[1]} x {size[0]}"
        cases += [
            (f"{number} regions, {text}", _moving(number, size, frames)) for number in (6, 32)
        ]
        cases.append((f"noise, {text}", _noise(size, frames)))
    return [_measured(case, maps, f_ms) for case, maps in cases]


def _measured(case: str, maps: Iterator[NDArray[np.uint8]], f_ms: float) -> FindingsRow:
    settings = FindingSettings(classes=_CLASSES[1:])
    inspector = Inspector(settings, settings.labels(_CLASSES))
    looks, keeps = [], []
    with tempfile.TemporaryDirectory(prefix="laecips-findings-") as folder:
        log = FindingLog(Path(folder), max_bytes=settings.max_bytes)
        keeper = FindingKeeper(log, grew=settings.grew)
        for number, label_map in enumerate(maps):
            rgb = cv2.merge([label_map * np.uint8(60)] * 3)
            start = process_time()
            frame = inspector.look(
                label_map,
                np.full_like(label_map, 200),
                stamp_ns=number * 10**8,
                frame_id="camera",
                trust=0.5,
                source="edge",
                version=1,
            )
            between = process_time()
            keeper.take(frame, np.asarray(rgb, np.uint8))
            looks.append(1e3 * (between - start))
            keeps.append(1e3 * (process_time() - between))
        log.close()
    look_ms, keep_ms = median(looks), sum(keeps) / len(keeps)
    return FindingsRow(case, f_ms, look_ms, keep_ms, (look_ms + keep_ms) / f_ms)


def _moving(number: int, size: tuple[int, int], frames: int) -> Iterator[NDArray[np.uint8]]:
    """Yield label maps with ellipses that pass by."""
    rng = np.random.default_rng(1)
    places = rng.integers(0, size[::-1], (number, 2))
    axes = rng.integers(6, 18, (number, 2))
    for frame in range(frames):
        label_map = np.zeros(size, np.uint8)
        for index, ((x, y), axis) in enumerate(zip(places.tolist(), axes.tolist(), strict=True)):
            at = ((x + STEP * frame) % size[1], y)
            cv2.ellipse(label_map, at, axis, 30.0 * index, 0, 360, 1 + index % 3, cv2.FILLED)
        yield label_map


def _noise(size: tuple[int, int], frames: int) -> Iterator[NDArray[np.uint8]]:
    """Yield label maps of thousands of regions with more than the smallest area."""
    rng = np.random.default_rng(2)
    for _ in range(frames):
        blocks = rng.integers(0, 4, (size[0] // 6, size[1] // 6), np.uint8)
        yield blocks.repeat(6, axis=0).repeat(6, axis=1)


def _milliseconds(function: Callable[[], object]) -> float:
    start = process_time()
    function()
    return 1e3 * (process_time() - start)
