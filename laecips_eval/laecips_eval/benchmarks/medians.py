"""Times of several functions, taken in turns, so that other load affects all of them alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median
from time import perf_counter


def medians_ms(
    functions: Sequence[Callable[[], object]],
    *,
    repeats: int,
    clock: Callable[[], float] = perf_counter,
) -> list[float]:
    """Return the median milliseconds of each function, after one warm-up run.

    Args:
        functions: what is timed.
        repeats: number of runs of each, at least 1.
        clock: seconds: of the wall, or of the processor (`time.process_time`).
    """
    times: list[list[float]] = [[] for _ in functions]
    for repeat in range(repeats + 1):
        for function, own in zip(functions, times, strict=True):
            start = clock()
            function()
            if repeat:
                own.append(1e3 * (clock() - start))
    return [median(own) for own in times]
