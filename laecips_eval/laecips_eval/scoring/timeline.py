"""A run over time, frame by frame: the series that its page draws. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from laecips_eval.scoring.frame_log import FrameRow

Series = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """Series over the frames of a run, each float64 [N], NaN where there is nothing to say.

    Attributes:
        frames: int64 [N], place in the bag, rising.
        seconds: since the first frame, at the speed of the run.
        published: mean IoU of the published label maps in the window, in [0, 1]; `edge_only` of
            f's own as it ran, `edge_untrained` of f without training.
        hard: share of the window's frames that h called hard; `sent`: that went up, with audits.
        up: kB/s of requests for hard frames; `down` of their answers.
        latencies: by source, (frame, ms) of each answered frame.
        window: frames of the moving means.
    """

    frames: NDArray[np.int64]
    seconds: Series
    published: Series
    edge_only: Series
    edge_untrained: Series
    hard: Series
    sent: Series
    up: Series
    down: Series
    latencies: Mapping[str, Sequence[tuple[int, float]]]
    window: int


def rolling_mean(values: Sequence[float | None], window: int) -> Series:
    """Return the centred moving mean, which skips what is missing.

    Args:
        values: one value a frame, None where there is none.
        window: how many frames, at least 1; fewer at the ends.

    Returns:
        float64 [N], NaN where the whole window is missing.
    """
    if not values:
        return np.empty(0)
    numbers = np.array([np.nan if value is None else float(value) for value in values])
    known = ~np.isnan(numbers)
    kernel = np.ones(min(window, len(numbers)))
    total = np.convolve(np.where(known, numbers, 0.0), kernel, mode="same")
    count = np.convolve(known.astype(np.float64), kernel, mode="same")
    return np.divide(total, count, out=np.full(len(numbers), np.nan), where=count > 0.5)


def timeline(
    rows: Sequence[FrameRow], *, rate: float | None = None, window: int | None = None
) -> Timeline:
    """The series of a run.

    Args:
        rows: the frame log; rows without an index are left out.
        rate: speed of the run against the recording; None: seconds are the recording's.
        window: frames of the moving means, at least 1; None: a thirtieth of the run, 15 at least.
    """
    known = [(row.index, row) for row in rows if row.index is not None]
    known.sort(key=lambda pair: pair[0])
    rows = [row for _, row in known]
    window = max(15, len(rows) // 30) if window is None else window
    first = rows[0].stamp_ns if rows else 0
    seconds = np.array([(row.stamp_ns - first) / 1e9 / (rate or 1.0) for row in rows])
    step = float(np.median(np.diff(seconds))) if len(seconds) > 1 else 0.0

    def mean(values: Sequence[float | None]) -> Series:
        return rolling_mean(values, window)

    def kilobytes_per_second(sizes: Sequence[int | None]) -> Series:
        series = mean([None if size is None else size / 1e3 for size in sizes])
        return series / step if step > 0 else np.full(len(series), np.nan)

    return Timeline(
        frames=np.array([index for index, _ in known], np.int64),
        seconds=seconds,
        published=mean([row.iou for row in rows]),
        edge_only=mean([row.iou_now for row in rows]),
        edge_untrained=mean([row.iou_untrained for row in rows]),
        hard=mean([None if row.hard is None else float(row.hard) for row in rows]),
        sent=mean([float((row.bytes_up or 0) > 0 or bool(row.audit)) for row in rows]),
        up=kilobytes_per_second([row.bytes_up for row in rows]),
        down=kilobytes_per_second([row.bytes_down for row in rows]),
        latencies={
            source: [
                (index, row.latency_ms)
                for index, row in known
                if row.source == source and row.latency_ms is not None
            ]
            for source in ("edge", "cloud", "edge_fallback")
        },
        window=window,
    )


@dataclass(frozen=True, kw_only=True)
class Trust:
    """h on the frames that a trained pair looked at, and that of f without training on the same.

    Attributes:
        trained: float64 [N], in [0, 1].
        untrained: float64 [N], of the same frames.
        hard: share of these frames that the trained pair called hard, in [0, 1].
        deltas: what `trained` was held against, each once, rising.
    """

    trained: Series
    untrained: Series
    hard: float
    deltas: Sequence[float]


def trust(rows: Sequence[FrameRow], *, first_version: int) -> Trust:
    """Picks the frames of which both are known.

    Args:
        rows: the frame log.
        first_version: of the pair that the run began with: its own frames show no difference.
    """
    chosen = [
        (row.trust, row.trust_untrained, bool(row.hard), row.delta)
        for row in rows
        if row.version not in (None, first_version)
        and row.trust is not None
        and row.trust_untrained is not None
    ]
    return Trust(
        trained=np.array([trained for trained, _, _, _ in chosen], np.float64),
        untrained=np.array([untrained for _, untrained, _, _ in chosen], np.float64),
        hard=sum(hard for _, _, hard, _ in chosen) / max(len(chosen), 1),
        deltas=sorted({delta for _, _, _, delta in chosen if delta is not None}),
    )
