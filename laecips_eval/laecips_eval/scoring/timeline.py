"""Series over the frames of a run, as the report page draws them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from laecips_eval.scoring.frame_log import FrameRow

Series = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """Series over the frames of a run, each float64 [N], NaN where no value is known.

    Attributes:
        frames: int64 [N], position in the bag, rising.
        seconds: seconds since the first frame, at the speed of the run.
        published: mean IoU of the window's published label maps, in [0, 1].
        edge_only: the same for f's own label maps as it ran.
        edge_untrained: the same for f without training.
        trust: h of the window's frames, in [0, 1].
        agreement: share of pixels with one class from f and F, of the window's frames that the
            cloud answered, in [0, 1].
        hard: share of the window's frames that are hard, in [0, 1].
        sent: share of the window's frames that were uploaded, audits included, in [0, 1].
        up: kB/s of requests for hard frames.
        down: kB/s of the responses to them.
        latencies: (frame, ms) of each answered frame, by source.
        window: number of frames of a moving mean.
    """

    frames: NDArray[np.int64]
    seconds: Series
    published: Series
    edge_only: Series
    edge_untrained: Series
    trust: Series
    agreement: Series
    hard: Series
    sent: Series
    up: Series
    down: Series
    latencies: Mapping[str, Sequence[tuple[int, float]]]
    window: int


def rolling_mean(values: Sequence[float | None], window: int) -> Series:
    """Return the centred moving mean; missing values are skipped.

    Args:
        values: one value per frame, None where it is missing.
        window: number of frames, at least 1; the window is shorter at both ends.

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
    """Return the series of a run.

    Args:
        rows: the frame log; rows without an index are left out.
        rate: replay speed as a multiple of real time; None: use the seconds of the recording.
        window: frames of a moving mean, at least 1; None: a thirtieth of the run, at least 15.
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
        trust=mean([row.trust for row in rows]),
        agreement=mean([row.agreement for row in rows]),
        hard=mean([None if row.hard is None else float(row.hard) for row in rows]),
        sent=mean([float(row.went_up) for row in rows]),
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
    """Trust in the frames that a trained pair processed, and the first pair's trust in them.

    Attributes:
        trained: h of the trained pairs, float64 [N], in [0, 1].
        untrained: h of the first pair on the same frames, float64 [N], in [0, 1].
        hard: share of these frames that are hard for the trained pairs, in [0, 1].
        deltas: the thresholds that applied to `trained`, without repeats, rising.
    """

    trained: Series
    untrained: Series
    hard: float
    deltas: Sequence[float]


def trust(rows: Sequence[FrameRow], *, first_version: int) -> Trust:
    """Return the trust of trained pairs and of the first pair on the same frames.

    Args:
        rows: the frame log.
        first_version: version of the first pair; frames that it processed are left out, because
            they show no difference.
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
