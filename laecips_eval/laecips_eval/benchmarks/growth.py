"""How the processor time of a frame grows: with the picture's size, and in the cloud with masks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from time import process_time
from typing import Final, NamedTuple

import cv2
from laecips_cloud.fusion.mask_fusion import fuse
from laecips_cloud.masks import MaskSet
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.inference.segmenter import Segmenter

from laecips_eval.benchmarks.edge_node.scene_picture import scene_picture
from laecips_eval.benchmarks.fusion import random_blobs, random_scores
from laecips_eval.benchmarks.medians import medians_ms

PICTURES: Final = ((360, 480), (480, 640), (720, 1280), (1080, 1920), (2160, 3840))
"""Rows and columns of the pictures."""

MASKS: Final = (10, 30, 100, 300)
_FUSED: Final = (360, 480)


class GrowthRow(NamedTuple):
    """One size of what grows.

    Attributes:
        what: what is done.
        engine: name of the engine; empty without one.
        at: the size.
        cpu_ms: median of the processor time, on one thread.
        grew: cpu_ms / that of the first size.
        size: the size / the first size, in pixels or masks.
    """

    what: str
    engine: str
    at: str
    cpu_ms: float
    grew: float
    size: float


def run(
    bundle: Path,
    *,
    engines: Sequence[str],
    providers: Sequence[str],
    repeats: int,
    pictures: Sequence[tuple[int, int]] = PICTURES,
    masks: Sequence[int] = MASKS,
) -> list[GrowthRow]:
    """Measure f, h and both maps by the size of pictures, and the fusion by the number of masks.

    Args:
        bundle: the bundle's folder.
        engines: engine names, as for `create_engine`.
        providers: execution providers, best first.
        repeats: number of runs for each median.
        pictures: rows and columns of the pictures.
        masks: numbers of overlapping masks.

    Raises:
        ValueError: the bundle, an engine or a provider cannot be used.
    """
    cv2.setNumThreads(1)
    loaded = Bundle.load(bundle)
    rows: list[GrowthRow] = []
    for engine in engines:
        segmenter = Segmenter(loaded, engine=engine, providers=providers)

        def look(size: tuple[int, int]) -> Callable[[], object]:
            picture = scene_picture(loaded, size)
            return lambda: segmenter.trust(segmenter.predict(picture).logits)  # noqa: B023

        times = medians_ms([look(size) for size in pictures], repeats=repeats, clock=process_time)
        names = [f"{width} x {height}" for height, width in pictures]
        sizes = [height * width for height, width in pictures]
        rows += _rows("a frame on the robot", engine, names, sizes, times)
    scores, blobs = random_scores(*_FUSED), random_blobs(*_FUSED, max(masks))

    def join(number: int) -> Callable[[], object]:
        return lambda: fuse(scores, MaskSet.of(blobs[:number]))

    times = medians_ms([join(number) for number in masks], repeats=repeats, clock=process_time)
    rows += _rows("fusion in the cloud", "", [f"{n} masks" for n in masks], masks, times)
    return rows


def _rows(
    what: str, engine: str, names: Sequence[str], sizes: Sequence[int], times: Sequence[float]
) -> list[GrowthRow]:
    return [
        GrowthRow(
            what=what, engine=engine, at=name, cpu_ms=ms, grew=ms / times[0], size=size / sizes[0]
        )
        for name, size, ms in zip(names, sizes, times, strict=True)
    ]
