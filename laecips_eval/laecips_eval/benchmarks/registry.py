"""Benchmarks by name. A new one is a module whose `run` returns named tuples, and an entry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.cache_folder import cache_folder

from laecips_eval.benchmarks import (
    batching,
    findings,
    fusion,
    growth,
    inference,
    output_size,
    peak,
)
from laecips_eval.benchmarks.bridge import hop, link_calls
from laecips_eval.benchmarks.sam import automatic, masks, pictures, prompts
from laecips_eval.shipped_models import shipped_teacher
from laecips_eval.thin_link.conditions import LinkConditions


@dataclass(frozen=True, kw_only=True)
class Options:
    """Options of the command line; each benchmark uses those that it needs.

    Attributes:
        bundle: folder of the bundle.
        engines: engine names.
        providers: execution providers, best first.
        threads: numbers of CPU threads.
        repeats: number of runs for each median.
    """

    bundle: Path
    engines: tuple[str, ...]
    providers: tuple[str, ...]
    threads: tuple[int, ...]
    repeats: int


class Table(NamedTuple):
    """The result of one benchmark: rows are named tuples of one type."""

    title: str
    rows: Sequence[Any]


def _inference(options: Options) -> Table:
    rows = inference.run(
        options.bundle,
        engines=options.engines,
        providers=options.providers,
        threads=options.threads,
        repeats=options.repeats,
    )
    return Table(f"Inference, {options.bundle}", rows)


def _output_size(options: Options) -> Table:
    rows = output_size.run(
        options.bundle,
        engines=options.engines,
        providers=options.providers,
        repeats=options.repeats,
    )
    return Table(f"CPU time of a frame by output_size, {options.bundle}", rows)


def _cameras(options: Options) -> Table:
    from laecips_eval.benchmarks import cameras  # noqa: PLC0415 (needs ROS)

    rows = cameras.run(options.bundle, engine=options.engines[0])
    height, width = cameras.SHAPE
    title = f"Cameras of one edge node, each {cameras.HZ:g} Hz at {width} x {height}"
    return Table(title, rows)


def _node_speed(options: Options) -> Table:
    from laecips_eval.benchmarks.edge_node import speed  # noqa: PLC0415 (needs ROS)

    rows = speed.run(options.bundle, engines=options.engines, turns=options.repeats)
    return Table("The edge node over a bare loop of f and h, one thread", rows)


def _node_latency(options: Options) -> Table:
    from laecips_eval.benchmarks.edge_node import latency  # noqa: PLC0415 (needs ROS)

    rows = latency.run(options.bundle, engines=options.engines, turns=options.repeats)
    return Table(f"Latency of the edge node at {latency.HZ:g} Hz, in ms", rows)


def _node_memory(options: Options) -> Table:
    from laecips_eval.benchmarks.edge_node import memory  # noqa: PLC0415 (needs ROS)

    rows = memory.run(options.bundle, engines=options.engines)
    return Table("Memory of the edge node with a swap of the pair", rows)


def _peak(options: Options) -> Table:
    rows = peak.run(
        options.bundle,
        engines=options.engines,
        providers=options.providers,
        threads=options.threads,
        repeats=options.repeats,
    )
    return Table("f beside a large matrix product, 10^9 operations a second of a core", rows)


def _growth(options: Options) -> Table:
    rows = growth.run(
        options.bundle,
        engines=options.engines,
        providers=options.providers,
        repeats=options.repeats,
    )
    return Table("Growth of the processor time of a frame, one thread", rows)


def _fusion(options: Options) -> Table:
    return Table("Fusion against the per-mask, per-class loop", fusion.run())


def _findings(options: Options) -> Table:
    rows = findings.run(options.bundle, repeats=options.repeats)
    return Table("Findings beside f: processor time of a frame", rows)


def _batching(options: Options) -> Table:
    rows = batching.run(
        shipped_teacher() / "quick.onnx",
        Bundle.load(options.bundle).manifest.classes,
        engines=options.engines,
        providers=options.providers,
        threads=options.threads,
        repeats=options.repeats,
    )
    return Table(f"{batching.ROBOTS} robots ask the shipped teacher at once", rows)


def _bridge(options: Options) -> Table:
    kept = cache_folder() / "bench" / "bridge.jsonl"
    rows = link_calls.run(calls=options.repeats, kept=kept)
    return Table(f"Hard frames over {LinkConditions()}; p50, p95 and p99 in ms", rows)


def _bridge_hop(options: Options) -> Table:
    return Table("Bridge and gateway, 100 kB up and 10 kB down", hop.run(calls=options.repeats))


def _sam_masks(_: Options) -> Table:
    return Table("Selection of SAM's masks, against segment-anything", masks.run())


def _prompts(options: Options) -> Table:
    return Table("Prompts, with true regions in place of SAM's masks", prompts.run(options.bundle))


def _sam(options: Options) -> Table:
    threads = options.threads[0]
    rows = automatic.run(engines=options.engines, providers=options.providers, threads=threads)
    points = automatic.POINTS_PER_SIDE**2
    title = f"SAM vit_b (random weights), {points} prompts, threads: {threads}"
    return Table(title, rows)


def _sam_pictures(options: Options) -> Table:
    threads = options.threads[0]
    rows = pictures.run(engines=options.engines, providers=options.providers, threads=threads)
    return Table("Masks of SAM vit_b (random weights) against segment-anything", rows)


BENCHMARKS: Final[dict[str, Callable[[Options], Table]]] = {
    "inference": _inference,
    "output-size": _output_size,
    "fusion": _fusion,
    "findings": _findings,
    "peak": _peak,
    "growth": _growth,
    "cameras": _cameras,
    "node-speed": _node_speed,
    "node-latency": _node_latency,
    "node-memory": _node_memory,
    "batching": _batching,
    "bridge": _bridge,
    "bridge-hop": _bridge_hop,
    "prompts": _prompts,
    "sam-masks": _sam_masks,
    "sam": _sam,
    "sam-pictures": _sam_pictures,
}

LONG: Final = frozenset(
    {
        "output-size",
        "growth",
        "batching",
        "cameras",
        "node-speed",
        "node-latency",
        "node-memory",
        "bridge",
        "bridge-hop",
        "prompts",
        "sam-masks",
        "sam",
        "sam-pictures",
    }
)
"""Benchmarks that take minutes; they run only when named with `--only`."""
