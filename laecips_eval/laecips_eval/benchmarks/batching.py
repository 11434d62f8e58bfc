"""Ten robots send a request to a large network at once: single pictures against batches.

Single pictures are answered one after the other, those of a batch all at its end. So the mean time
to an answer grows with the batch size unless larger batches are much cheaper per picture.
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


class BatchingRow(NamedTuple):
    """One batch size; times are medians per picture, over ten pictures.

    Attributes:
        engine: name of the engine.
        precision: precision of its computation.
        threads: CPU threads of one run.
        batch: largest number of pictures per run; smaller where the network takes fewer.
        ms: wall-clock time in milliseconds.
        speedup: ms of batch 1 / ms.
        saving: CPU time of batch 1 / CPU time, over all threads; other load does not count.
        answer_s: mean seconds from the requests, all sent at once, to an answer.
        same: share of pixels with the same class as in batch 1, in [0, 1].
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
) -> list[BatchingRow]:
    """Measure a network on pictures of random blocks.

    Args:
        model: the network, as for `SemanticNetwork`.
        classes: names of the bundle's classes.
        engines: engine names, as for `create_engine`.
        providers: execution providers, best first.
        threads: numbers of CPU threads.
        repeats: number of runs for each median, at least 1.

    Raises:
        ValueError: the network, an engine or a provider cannot be used.
    """
    rows: list[BatchingRow] = []
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
) -> list[BatchingRow]:
    pictures = _pictures()
    times: dict[int, list[_Times]] = {batch: [] for batch in networks}
    labels: dict[int, NDArray[np.intp]] = {}
    # Alternate between the batch sizes, so that other load affects all of them alike.
    for repeat in range(repeats + 1):
        for batch, network in networks.items():
            taken, labels[batch] = _ask_all(network.scores_of, pictures, batch)
            if repeat:  # the first run is a warm-up
                times[batch].append(taken)
    middle = {batch: _Times(*map(median, zip(*own, strict=True))) for batch, own in times.items()}
    alone = middle[1]
    return [
        BatchingRow(
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
    """Return the times per picture, and all label maps."""
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
    """Return pictures of coloured blocks, uint8 [H, W, 3] each."""
    blocks = np.random.default_rng(0).integers(0, 256, (ROBOTS, 12, 16, 3), np.uint8)
    sides = SHAPE[0] // 12, SHAPE[1] // 16
    return list(blocks.repeat(sides[0], axis=1).repeat(sides[1], axis=2))
