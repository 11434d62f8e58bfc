"""Latency of an edge node that has time: ten pictures a second, one after the other.

From before a picture is published to after its answer has come. Beside it the bare loop at the same
rate in the same run, whose own tail is the machine's.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import cv2
import numpy as np
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.inference.engines import precision_of
from laecips_edge.core.inference.segmenter import Segmenter

from laecips_eval.benchmarks.edge_node.drivers import Drivers, driven_node
from laecips_eval.benchmarks.edge_node.scene_picture import scene_picture
from laecips_eval.benchmarks.edge_node.speed import SIZES

HZ: Final = 10.0
TURN: Final = 10
"""Pictures of one turn of node or loop."""

_LONGEST_S: Final = 2.0


class LatencyRow(NamedTuple):
    """One engine and size of pictures, on one thread; times in milliseconds.

    Attributes:
        engine: name of the engine.
        precision: precision of its computation.
        picture: columns x rows.
        frames: pictures of node and loop each.
        p50, p99: quantiles of the node; inf where an answer did not come.
        tail: p99 / p50.
        bare_p50, bare_p99: of f and h with both maps, in a loop at the same rate.
        bare_tail: bare_p99 / bare_p50.
    """

    engine: str
    precision: str
    picture: str
    frames: int
    p50: float
    p99: float
    tail: float
    bare_p50: float
    bare_p99: float
    bare_tail: float


def run(
    bundle: Path,
    *,
    engines: Sequence[str],
    turns: int,
    sizes: Sequence[tuple[int, int]] = SIZES,
) -> list[LatencyRow]:
    """Measure an edge node for each engine and size.

    Args:
        bundle: the bundle's folder.
        engines: engine names, as for `create_engine`.
        turns: number of turns of node and loop each, of `TURN` pictures.
        sizes: rows and columns of the pictures.

    Raises:
        ValueError: the bundle or an engine cannot be used.
        OSError: the node ends, or answers nothing.
    """
    cv2.setNumThreads(1)  # as the node does
    loaded = Bundle.load(bundle)
    rows = []
    for engine in engines:
        segmenter = Segmenter(loaded, engine=engine)
        for size in sizes:
            picture = scene_picture(loaded, size)

            def look() -> None:
                segmenter.trust(segmenter.predict(picture).logits)  # noqa: B023 (called at once)

            with driven_node(bundle, picture, engine=engine) as (_, drivers):
                node_ms: list[float] = []
                bare_ms: list[float] = []
                for _ in range(turns):
                    node_ms += _turn(lambda: _answer_ms(drivers), drivers.spin)
                    bare_ms += _turn(lambda: _milliseconds(look), time.sleep)
            rows.append(_row(engine, size, node_ms, bare_ms))
    return rows


def _row(
    engine: str, size: tuple[int, int], node_ms: Sequence[float], bare_ms: Sequence[float]
) -> LatencyRow:
    # One that really occurred: between a number and infinity there is no other.
    p50, p99 = np.quantile(node_ms, (0.5, 0.99), method="higher").tolist()
    bare_p50, bare_p99 = np.quantile(bare_ms, (0.5, 0.99), method="higher").tolist()
    return LatencyRow(
        engine=engine,
        precision=precision_of(engine),
        picture=f"{size[1]} x {size[0]}",
        frames=len(node_ms),
        p50=p50,
        p99=p99,
        tail=p99 / p50,
        bare_p50=bare_p50,
        bare_p99=bare_p99,
        bare_tail=bare_p99 / bare_p50,
    )


def _turn(measure: Callable[[], float], wait: Callable[[float], None]) -> list[float]:
    found = []
    due_s = time.monotonic()
    for _ in range(TURN):
        wait(max(0.0, due_s - time.monotonic()))
        found.append(measure())
        due_s = max(due_s + 1 / HZ, time.monotonic())
    return found


def _answer_ms(drivers: Drivers) -> float:
    began_s = time.perf_counter()
    stamp_ns = drivers.send()
    while answer := drivers.spin_to_answer(_LONGEST_S):
        if answer.stamp_ns == stamp_ns:
            return 1e3 * (answer.at_s - began_s)
    return float("inf")


def _milliseconds(function: Callable[[], object]) -> float:
    began_s = time.perf_counter()
    function()
    return 1e3 * (time.perf_counter() - began_s)
