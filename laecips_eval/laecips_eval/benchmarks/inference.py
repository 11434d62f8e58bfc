"""What a bundle costs on this machine: f, h and the whole answer, by engine and threads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple

import numpy as np
from laecips_edge.core.bundle import Bundle
from laecips_edge.core.segmenter import Segmenter


class Row(NamedTuple):
    """One engine at one number of threads; times are medians.

    Attributes:
        engine: its name.
        threads: of one run on the CPU.
        f_ms: f alone, picture normalised and run.
        h_ms: h alone.
        h_share: h_ms / f_ms.
        predict_ms: f with its label map and confidence map at the picture's size.
        frames_per_second: of predict and h one after the other.
    """

    engine: str
    threads: int
    f_ms: float
    h_ms: float
    h_share: float
    predict_ms: float
    frames_per_second: float


def run(
    path: Path,
    *,
    engines: Sequence[str],
    providers: Sequence[str],
    threads: Sequence[int],
    repeats: int,
) -> list[Row]:
    """Measure a bundle on noise of its input size.

    Args:
        path: the bundle's folder.
        engines: names as `create_engine` takes them.
        providers: where to run, best first.
        threads: numbers of threads to try.
        repeats: runs of each that the medians are over.

    Raises:
        ValueError: the bundle, an engine or a provider is not what it must be.
    """
    bundle = Bundle.load(path)
    return [
        _measure(bundle, engine=engine, providers=providers, threads=count, repeats=repeats)
        for engine in engines
        for count in threads
    ]


def _measure(
    bundle: Bundle, *, engine: str, providers: Sequence[str], threads: int, repeats: int
) -> Row:
    segmenter = Segmenter(bundle, engine=engine, providers=providers, threads=threads)
    segmenter.self_test()
    rng = np.random.default_rng(0)
    size = bundle.manifest.input_size
    rgb = rng.integers(0, 256, (*size, 3), np.uint8)
    depth = rng.integers(300, 5000, size, np.uint16)
    logits = segmenter.logits(rgb, depth)
    # They take turns, so that all three meet the same machine and their ratios hold on a busy one.
    f_ms, h_ms, predict_ms = _medians(
        [
            lambda: segmenter.logits(rgb, depth),
            lambda: segmenter.trust(logits),
            lambda: segmenter.predict(rgb, depth),
        ],
        repeats=repeats,
    )
    return Row(
        engine=engine,
        threads=threads,
        f_ms=f_ms,
        h_ms=h_ms,
        h_share=h_ms / f_ms,
        predict_ms=predict_ms,
        frames_per_second=1000 / (predict_ms + h_ms),
    )


def _medians(functions: Sequence[Callable[[], object]], *, repeats: int) -> list[float]:
    """Median milliseconds of each, after one run that does not count."""
    times: list[list[float]] = [[] for _ in functions]
    for repeat in range(repeats + 1):
        for function, own in zip(functions, times, strict=True):
            start = perf_counter()
            function()
            if repeat:
                own.append((perf_counter() - start) * 1e3)
    return [median(own) for own in times]
