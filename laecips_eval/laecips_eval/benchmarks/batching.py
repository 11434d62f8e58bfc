"""Ten robots ask a large network at once: one by one against batches, all in one run.

Picture by picture a network's answers come one after the other; of a batch all come at its end. So
the mean time until an answer grows with the batch unless runs become much cheaper.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Final, NamedTuple

import numpy as np
from laecips_cloud.class_scorers.semantic_network import SemanticNetwork
from laecips_edge.core.inference.engines import precision_of
from numpy.typing import NDArray

ROBOTS: Final = 10
BATCHES: Final = (1, 2, 4, 8)
SHAPE: Final = (480, 640)


class Row(NamedTuple):
    """One size of batch; times are medians, of one picture of ten.

    Attributes:
        engine: its name.
        precision: what it computes in.
        threads: of one run on the CPU.
        batch: pictures of a run at most; fewer where the network takes fewer.
        ms: by the clock.
        speedup: ms of batch 1 over this.
        saving: time of the processor, all threads, of batch 1 over this; other load does not count.
        answer_s: seconds from the moment that all ten ask until one has its answer, mean.
        same: share of pixels that get the class that they get one by one.
    """

    engine: str
    precision: str
    threads: int
    batch: int
    ms: float
    speedup: float
    saving: float
    answer_s: float
    same: float


class _Times(NamedTuple):
    ms: float
    processor_ms: float
    answer_s: float


def run(
    model: Path,
    classes: Sequence[str],
    *,
    engines: Sequence[str],
    providers: Sequence[str],
    threads: Sequence[int],
    repeats: int,
) -> list[Row]:
    """Measures a network on pictures of noise.

    Args:
        model: as `SemanticNetwork` takes it.
        classes: ours.
        engines, providers, threads: as `create_engine` takes them.
        repeats: runs that a median is over, at least 1.

    Raises:
        ValueError: the network, an engine or a provider is not what it must be.
    """
    rows: list[Row] = []
    for count in threads:
        for engine in engines:
            networks = {}
            for batch in BATCHES:
                network = SemanticNetwork(
                    model, classes, engine=engine, providers=providers, threads=count
                )
                networks[min(batch, network.prepare_batches(batch))] = network
            precision = precision_of(engine, providers)
            rows += _compared(networks, (engine, precision, count), repeats=repeats)
    return rows


def _compared(
    networks: dict[int, SemanticNetwork], name: tuple[str, str, int], *, repeats: int
) -> list[Row]:
    pictures = _pictures()
    times: dict[int, list[_Times]] = {batch: [] for batch in networks}
    labels: dict[int, NDArray[np.intp]] = {}
    # They take turns, so that all meet the same machine and their ratios hold on a busy one.
    for repeat in range(repeats + 1):
        for batch, network in networks.items():
            taken, labels[batch] = _ask_all(network.scores_of, pictures, batch)
            if repeat:  # the first does not count
                times[batch].append(taken)
    middle = {batch: _Times(*map(median, zip(*own, strict=True))) for batch, own in times.items()}
    alone = middle[1]
    return [
        Row(
            *name,
            batch=batch,
            ms=own.ms,
            speedup=alone.ms / own.ms,
            saving=alone.processor_ms / own.processor_ms,
            answer_s=own.answer_s,
            same=float((labels[batch] == labels[1]).mean()),
        )
        for batch, own in middle.items()
    ]


def _ask_all(
    score: Callable[[Sequence[NDArray[np.uint8]]], list[NDArray[np.float32]]],
    pictures: Sequence[NDArray[np.uint8]],
    batch: int,
) -> tuple[_Times, NDArray[np.intp]]:
    """Times of one picture, and all label maps."""
    started, processor = perf_counter(), process_time()
    labels, waited = [], 0.0
    for first in range(0, len(pictures), batch):
        asked = pictures[first : first + batch]
        labels += [scores.argmax(axis=0) for scores in score(asked)]
        waited += len(asked) * (perf_counter() - started)
    parts = (perf_counter() - started, process_time() - processor, waited)
    clock_s, processor_s, answer_s = (seconds / len(pictures) for seconds in parts)
    return _Times(1e3 * clock_s, 1e3 * processor_s, answer_s), np.stack(labels)


def _pictures() -> list[NDArray[np.uint8]]:
    """Coloured blocks, uint8 [H, W, 3] each."""
    blocks = np.random.default_rng(0).integers(0, 256, (ROBOTS, 12, 16, 3), np.uint8)
    sides = SHAPE[0] // 12, SHAPE[1] // 16
    return list(blocks.repeat(sides[0], axis=1).repeat(sides[1], axis=2))
