"""Time of a bundle on this machine: f, h and both together, by engine and threads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.inference.engines import precision_of
from laecips_edge.core.inference.segmenter import Segmenter

from laecips_eval.benchmarks.medians import medians_ms


class InferenceRow(NamedTuple):
    """One engine with one number of threads; times are medians in milliseconds.

    Attributes:
        engine: name of the engine.
        precision: precision of its computation.
        threads: CPU threads of one run.
        f_ms: f alone, with the normalisation of the picture.
        h_ms: h alone.
        h_share: h_ms / f_ms.
        predict_ms: f with label map and confidence map at the size of the picture.
        frames_per_second: rate of predict and h, one after the other.
        speedup: frames_per_second / that of the first engine with the same threads.
    """

    engine: str
    precision: str
    threads: int
    f_ms: float
    h_ms: float
    h_share: float
    predict_ms: float
    frames_per_second: float
    speedup: float


def run(
    path: Path,
    *,
    engines: Sequence[str],
    providers: Sequence[str],
    threads: Sequence[int],
    repeats: int,
) -> list[InferenceRow]:
    """Measure a bundle on noise pictures of its input size.

    Args:
        path: the bundle's folder.
        engines: engine names, as for `create_engine`; the others are compared with the first.
        providers: execution providers, best first.
        threads: numbers of CPU threads.
        repeats: number of runs for each median.

    Returns:
        One row per engine and number of threads, ordered by threads.

    Raises:
        ValueError: the bundle, an engine or a provider cannot be used.
    """
    bundle = Bundle.load(path)
    rows = []
    for count in threads:
        segmenters = {
            name: Segmenter(bundle, engine=name, providers=providers, threads=count)
            for name in engines
        }
        for row in _measured(bundle, segmenters, repeats=repeats):
            precision = precision_of(row["engine"], providers)
            rows.append(InferenceRow(precision=precision, threads=count, **row))
    return rows


def _measured(
    bundle: Bundle, segmenters: Mapping[str, Segmenter], *, repeats: int
) -> list[dict[str, Any]]:
    """Return the measured fields of each engine's row."""
    rng = np.random.default_rng(0)
    size = bundle.manifest.tiling.picture
    rgb = rng.integers(0, 256, (*size, 3), np.uint8)
    depth = rng.integers(300, 5000, size, np.uint16)
    steps: list[Callable[[], object]] = []
    for segmenter in segmenters.values():
        segmenter.self_test()
        logits = segmenter.logits(rgb, depth)
        steps += [
            partial(segmenter.logits, rgb, depth),
            partial(segmenter.trust, logits),
            partial(segmenter.predict, rgb, depth),
        ]
    medians = iter(medians_ms(steps, repeats=repeats))
    rows: list[dict[str, Any]] = []
    for engine in segmenters:
        f_ms, h_ms, predict_ms = (next(medians) for _ in range(3))
        rate = 1000 / (predict_ms + h_ms)
        rows.append({
            "engine": engine, "f_ms": f_ms, "h_ms": h_ms, "h_share": h_ms / f_ms,
            "predict_ms": predict_ms, "frames_per_second": rate,
            "speedup": rate / (rows[0]["frames_per_second"] if rows else rate),
        })  # fmt: skip
    return rows
