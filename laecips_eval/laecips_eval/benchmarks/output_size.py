"""CPU time of a frame with maps of the picture's size, against maps of the size of f's input."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from time import process_time
from typing import Final, NamedTuple

import numpy as np
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.image.image_messages import image_fields
from laecips_edge.core.inference.segmenter import OUTPUT_SIZES, Segmenter
from numpy.typing import NDArray

from laecips_eval.benchmarks.edge_node.scene_picture import scene_picture
from laecips_eval.benchmarks.medians import medians_ms

PICTURES: Final = ((360, 480), (720, 1280), (1080, 1920))
"""Rows and columns of the pictures."""


class OutputSizeRow(NamedTuple):
    """One size of pictures on one engine; times are medians of CPU time in milliseconds.

    Attributes:
        picture: rows x columns.
        engine: name of the engine.
        camera_ms: f, h and the messages of three maps, of the picture's size.
        network_ms: the same with maps of the size of f's input.
        saved: 1 - network_ms / camera_ms.
    """

    picture: str
    engine: str
    camera_ms: float
    network_ms: float
    saved: float


def run(
    path: Path,
    *,
    engines: Sequence[str],
    providers: Sequence[str],
    repeats: int,
    pictures: Sequence[tuple[int, int]] = PICTURES,
) -> list[OutputSizeRow]:
    """Measure a bundle on one thread, on a picture of its kind of scene.

    Args:
        path: the bundle's folder.
        engines: engine names, as for `create_engine`.
        providers: execution providers, best first.
        repeats: number of runs for each median.
        pictures: rows and columns of the pictures.

    Raises:
        ValueError: the bundle, an engine or a provider cannot be used.
    """
    bundle = Bundle.load(path)
    rng = np.random.default_rng(0)
    rows = []
    for engine in engines:
        both = [
            Segmenter(bundle, engine=engine, providers=providers, output_size=size)
            for size in OUTPUT_SIZES
        ]
        for height, width in pictures:
            rgb = scene_picture(bundle, (height, width))
            depth = rng.integers(300, 5000, (height, width), np.uint16)
            camera_ms, network_ms = medians_ms(
                [partial(_frame, segmenter, rgb, depth) for segmenter in both],
                repeats=repeats,
                clock=process_time,
            )
            rows.append(
                OutputSizeRow(
                    picture=f"{height} x {width}",
                    engine=engine,
                    camera_ms=camera_ms,
                    network_ms=network_ms,
                    saved=1 - network_ms / camera_ms,
                )
            )
    return rows


def _frame(segmenter: Segmenter, rgb: NDArray[np.uint8], depth: NDArray[np.uint16]) -> None:
    """Do what the edge node does with a frame."""
    prediction = segmenter.predict(rgb, depth)
    segmenter.trust(prediction.logits)
    for pixels in (prediction.label_map, prediction.label_map, prediction.confidence_map):
        image_fields(pixels, "mono8")  # label_map_now, label_map, confidence_map
