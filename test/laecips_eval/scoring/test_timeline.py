"""The series of a run."""

from dataclasses import replace

import numpy as np
import pytest
from laecips_eval.scoring.frame_log import FrameRow
from laecips_eval.scoring.timeline import rolling_mean, timeline, trust

S = 1_000_000_000


def row(index: int | None, **fields: object) -> FrameRow:
    return FrameRow(stamp_ns=(index or 0) * S // 2, index=index, **fields)  # two frames a second


@pytest.mark.parametrize(
    ("values", "window", "expected"),
    [
        ([1.0, 2.0, 3.0], 1, [1.0, 2.0, 3.0]),
        ([0.0, 3.0, 6.0], 3, [1.5, 3.0, 4.5]),
        ([1.0, None, 3.0], 3, [1.0, 2.0, 3.0]),
        ([None, None], 1, [np.nan, np.nan]),
        ([], 5, []),
    ],
)
def test_rolling_mean(values: list[float | None], window: int, expected: list[float]) -> None:
    np.testing.assert_allclose(rolling_mean(values, window), expected)


def test_series_of_a_few_frames() -> None:
    rows = [
        row(
            2, source="cloud", hard=True, bytes_up=4000, bytes_down=2000, latency_ms=300.0, iou=0.9
        ),
        row(0, source="edge", hard=False, audit=True, bytes_up=0, latency_ms=50.0, iou=0.5),
        row(1),  # dropped
        row(None, source="edge", iou=0.1),  # nobody said that it was played
    ]  # fmt: skip
    line = timeline(rows, rate=0.5, window=1)
    assert line.frames.tolist() == [0, 1, 2]
    assert line.seconds.tolist() == [0.0, 1.0, 2.0]
    np.testing.assert_allclose(line.published, [0.5, np.nan, 0.9])
    np.testing.assert_allclose(line.edge_untrained, [np.nan] * 3)
    np.testing.assert_allclose(line.hard, [0.0, np.nan, 1.0])
    np.testing.assert_allclose(line.sent, [1.0, 0.0, 1.0])  # the audit went up, too
    np.testing.assert_allclose(line.up, [0.0, np.nan, 4.0])  # kB/s at a frame a second
    np.testing.assert_allclose(line.down, [np.nan, np.nan, 2.0])
    assert line.latencies == {"edge": [(0, 50.0)], "cloud": [(2, 300.0)], "edge_fallback": []}


@pytest.mark.parametrize(
    ("frames", "window", "expected"), [(0, None, 15), (90, None, 15), (1800, None, 60), (90, 4, 4)]
)
def test_window(frames: int, window: int | None, expected: int) -> None:
    assert timeline([row(i) for i in range(frames)], window=window).window == expected


@pytest.mark.parametrize("frames", [0, 1])
def test_a_run_of_no_length_has_no_traffic(frames: int) -> None:
    line = timeline([row(i, bytes_up=10) for i in range(frames)])
    assert len(line.up) == frames
    assert np.isnan(line.up).all()


def test_trust_is_of_the_same_frames() -> None:
    seen = row(3, version=2, trust=0.9, trust_untrained=0.3, delta=0.6, hard=False)
    rows = [
        seen,
        replace(seen, trust=0.4, trust_untrained=0.2, hard=True),
        replace(seen, version=1),  # of the first pair: no difference to show
        replace(seen, version=None),
        replace(seen, trust_untrained=None),
        replace(seen, version=3, delta=0.55),
    ]
    found = trust(rows, first_version=1)
    assert found.trained.tolist() == [0.9, 0.4, 0.9]
    assert found.untrained.tolist() == [0.3, 0.2, 0.3]
    assert found.hard == pytest.approx(1 / 3)
    assert found.deltas == [0.55, 0.6]


def test_without_training_there_is_nothing_to_trust() -> None:
    found = trust([row(0, version=1, trust=0.5, trust_untrained=0.5)], first_version=1)
    assert (found.trained.size, found.untrained.size, found.hard) == (0, 0, 0.0)
