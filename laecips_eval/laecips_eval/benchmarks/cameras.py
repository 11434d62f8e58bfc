"""Memory and CPU time of one edge node with one camera and with several, on raw pictures.

A node of this process stands for the cameras' drivers and for who takes the answers. The edge node
is a process of its own, as the launch files start it, and no cloud is there.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from laecips_edge.core.bundle.bundle import Bundle

from laecips_eval.benchmarks.edge_node.drivers import driven_node
from laecips_eval.benchmarks.edge_node.scene_picture import scene_picture

NUMBERS: Final = (1, 5)
HZ: Final = 2.0
SHAPE: Final = (480, 640)
SECONDS: Final = 20.0


class CamerasRow(NamedTuple):
    """One edge node.

    Attributes:
        cameras: number of its cameras, each at `HZ`.
        sent: pictures sent after the first answers.
        answered: those that were answered.
        rss_mb: resident memory of the process at the end, in 10^6 bytes.
        pss_mb: the same with shared pages divided among those who share them.
        cpu_percent: CPU time per second; 100 is one core.
        ratio: rss_mb / that of the first row.
    """

    cameras: int
    sent: int
    answered: int
    rss_mb: float
    pss_mb: float
    cpu_percent: float
    ratio: float


def run(bundle: Path, *, engine: str, numbers: Sequence[int] = NUMBERS) -> list[CamerasRow]:
    """Measure an edge node for each number of cameras.

    Args:
        bundle: the bundle's folder.
        engine: name of the engine.
        numbers: numbers of cameras.

    Raises:
        ValueError: the bundle cannot be used.
        OSError: the node ends, or answers nothing.
    """
    rows: list[CamerasRow] = []
    for number in numbers:
        row = _measured(bundle, engine, number)
        rows.append(row._replace(ratio=row.rss_mb / (rows[0] if rows else row).rss_mb))
    return rows


def _measured(bundle: Path, engine: str, number: int) -> CamerasRow:
    names = [f"camera{index}" for index in range(number)] if number > 1 else [""]
    picture = scene_picture(Bundle.load(bundle), SHAPE)
    with driven_node(bundle, picture, cameras=names, engine=engine) as (process, drivers):
        cpu_s, began = sum(process.cpu_times()[:2]), time.monotonic()
        while time.monotonic() - began < SECONDS:
            drivers.send()
            drivers.spin(1.0 / HZ)
        took_s = time.monotonic() - began
        drivers.spin(1.0)
        memory = process.memory_full_info()
        return CamerasRow(
            cameras=number,
            sent=drivers.sent,
            answered=len(drivers.answers),
            rss_mb=memory.rss / 1e6,
            pss_mb=memory.pss / 1e6,
            cpu_percent=100 * (sum(process.cpu_times()[:2]) - cpu_s) / took_s,
            ratio=1.0,
        )
