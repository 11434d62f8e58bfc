"""Frames a second of the edge node over those of a bare loop: the same networks, no ROS.

Loop and node take turns of a second or less, so that other load affects both alike. The node always
has one picture in hand and one that waits, as beside a camera that is a little too fast.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple

import cv2
import numpy as np
import psutil
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.inference.engines import precision_of
from laecips_edge.core.inference.segmenter import Segmenter
from numpy.typing import NDArray

from laecips_eval.benchmarks.edge_node.drivers import Drivers, driven_node
from laecips_eval.benchmarks.edge_node.scene_picture import scene_picture

SIZES: Final = ((360, 480), (720, 1280))
"""Rows and columns of the pictures."""

FRAMES: Final = 12
"""Of one turn."""

_IN_FLIGHT: Final = 2
_LONGEST_S: Final = 10.0


class SpeedRow(NamedTuple):
    """One engine and size of pictures, on one thread.

    Attributes:
        engine: name of the engine.
        precision: precision of its computation.
        picture: columns x rows.
        bare_hz: frames a second of f and h with both maps, in a loop; median of the turns.
        node_hz: frames a second that the node answers; likewise.
        ratio: median of node_hz / bare_hz of neighbouring turns.
        bare_cpu_ms: processor time of a frame in the loop.
        node_cpu_ms: the same of the node's process, all its threads.
        cpu_ratio: bare_cpu_ms / node_cpu_ms; other load does not count.
    """

    engine: str
    precision: str
    picture: str
    bare_hz: float
    node_hz: float
    ratio: float
    bare_cpu_ms: float
    node_cpu_ms: float
    cpu_ratio: float


class _Turn(NamedTuple):
    hz: float
    cpu_ms: float


def run(
    bundle: Path,
    *,
    engines: Sequence[str],
    turns: int,
    sizes: Sequence[tuple[int, int]] = SIZES,
) -> list[SpeedRow]:
    """Measure an edge node for each engine and size.

    Args:
        bundle: the bundle's folder.
        engines: engine names, as for `create_engine`.
        turns: number of turns of loop and node each.
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
            with driven_node(bundle, picture, engine=engine) as (process, drivers):
                both = [
                    (_bare(segmenter, picture), _node(drivers, process)) for _ in range(turns + 1)
                ][1:]  # the first turn is a warm-up
            rows.append(_row(engine, size, both))
    return rows


def _row(engine: str, size: tuple[int, int], turns: Sequence[tuple[_Turn, _Turn]]) -> SpeedRow:
    bare, node = ([turn[side] for turn in turns] for side in (0, 1))
    bare_cpu_ms, node_cpu_ms = (
        float(np.mean([turn.cpu_ms for turn in own])) for own in (bare, node)
    )
    return SpeedRow(
        engine=engine,
        precision=precision_of(engine),
        picture=f"{size[1]} x {size[0]}",
        bare_hz=median(turn.hz for turn in bare),
        node_hz=median(turn.hz for turn in node),
        ratio=median(after.hz / before.hz for before, after in turns),
        bare_cpu_ms=bare_cpu_ms,
        node_cpu_ms=node_cpu_ms,
        # The system counts a process's time in steps of 10 ms.
        cpu_ratio=bare_cpu_ms / node_cpu_ms if node_cpu_ms else math.inf,
    )


def _bare(segmenter: Segmenter, picture: NDArray[np.uint8]) -> _Turn:
    cpu_s, began_s = time.process_time(), time.perf_counter()
    for _ in range(FRAMES):
        segmenter.trust(segmenter.predict(picture).logits)
    took_s, used_s = time.perf_counter() - began_s, time.process_time() - cpu_s
    return _Turn(FRAMES / took_s, 1e3 * used_s / FRAMES)


def _node(drivers: Drivers, process: psutil.Process) -> _Turn:
    """Keep the node busy; begin to count with its second answer, when a picture always waits."""
    drivers.answers.clear()
    waiting: set[int] = set()
    began_s = cpu_s = 0.0
    counted = -1
    while counted < FRAMES:
        while len(waiting) < _IN_FLIGHT:
            waiting.add(drivers.send())
        answer = drivers.spin_to_answer(_LONGEST_S)
        if answer is None:
            raise OSError("the edge node has ceased to answer: see its log above")
        # Older ones that wait were superseded, which happens when the node's threads are held up.
        waiting = {stamp_ns for stamp_ns in waiting if stamp_ns > answer.stamp_ns}
        counted += 1
        if counted == 0:
            began_s, cpu_s = answer.at_s, _cpu_s(process)
    took_s, used_s = drivers.answers[-1].at_s - began_s, _cpu_s(process) - cpu_s
    while waiting and drivers.spin_to_answer(_LONGEST_S) is not None:
        waiting.discard(drivers.answers[-1].stamp_ns)
    return _Turn(counted / took_s, 1e3 * used_s / counted)


def _cpu_s(process: psutil.Process) -> float:
    return float(sum(process.cpu_times()[:2]))
