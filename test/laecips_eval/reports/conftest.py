"""A run that has learned, small enough to be written out."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from laecips_eval.reports.report import Report
from laecips_eval.scoring.answers import PublishedAnswer
from laecips_eval.scoring.frame_log import FrameRow
from laecips_eval.scoring.scoreboard import Scoreboard

FRAMES = 40


@dataclass(frozen=True)
class Stretch:
    name: str
    start: int
    stop: int


@dataclass
class Run:
    """What `laecips replay` leaves behind."""

    report: Report
    rows: list[FrameRow]

    def change(self, changes: Mapping[str, Any]) -> None:
        """Give keys of the report other values, `{"miou.published.dataset": None}`."""
        content = self.report.model_dump()
        for place, value in changes.items():
            *path, last = place.split(".")
            part: Any = content
            for key in path:
                part = part[int(key)] if isinstance(part, list) else part[key]
            part[last] = value
        self.report = Report.model_validate(content)


def a_run(*, truth: bool, learned: bool) -> Run:
    """40 frames: half easy, half hard; version 1 sees the first 20, version 2 the others."""
    right, wrong = np.array([[0, 1], [1, 2]], np.uint8), np.array([[0, 0], [1, 0]], np.uint8)
    segments = (Stretch("day <1>", 0, 20), Stretch("dust & blur", 20, FRAMES))
    board = Scoreboard(
        classes=("panel", "screw", "scratch"), segments=segments, total=FRAMES, first_version=1
    )
    for index in range(FRAMES):
        stamp, trained = index * 100_000_000, learned and index >= 20
        true = right if truth else None
        board.add_played(stamp, index=index, monotonic_ns=stamp)
        board.add_label_map_now(stamp, right if trained else wrong, true)
        board.add_label_map(stamp, right if index % 2 else wrong, true, received_ns=stamp + 10**7)
        source = ("edge", "cloud", "edge", "edge_fallback")[index % 4]
        board.add_answer(
            PublishedAnswer(
                stamp_ns=stamp,
                source=source,
                reason="overload" if source == "edge_fallback" else "none",
                trust=0.9 if trained else 0.2,
                delta=0.6 if trained else 0.5,
                hard=source != "edge",
                audit=index == 4,
                bytes_up=1000 if source == "cloud" else 0,
                bytes_down=500 if source == "cloud" else 0,
                version=2 if trained else 1,
            )
        )
    for stamp in board.stamps_of_trained():
        board.add_untrained(stamp, wrong, right if truth else None, trust=0.3)
    promoted: dict[str, Any] = {
        "version": 2, "trigger": "64 hard frames", "samples": 64, "train_s": 12.5,
        "gate": "better by 0.01", "promoted": True, "transfer_s": 0.5, "bytes": 9_400_000,
        "swap_ms": 3.5, "frames_lost": 0, "frame": 20, "rolled_back": False,
    }  # fmt: skip
    refused = promoted | {
        "version": 3, "gate": "scratch is below its floor", "promoted": False, "transfer_s": None,
        "bytes": None, "swap_ms": None, "frames_lost": None, "frame": None,
    }  # fmt: skip
    report = {
        "complete": True,
        "bag": {
            "path": "bags/smoke", "name": "smoke", "topic": "/image", "hash": "ab" * 32,
            "drift": "",
        },
        "setup": {
            "mode": "live", "rate": 1.0, "policy": "laecips", "delta": 0.5, "engine": "onnxruntime",
            "precision": "fp32",
            "bundle": {"path": "b", "name": "inspection", "version": 1, "hash": "ef" * 32},
            "network": {"path": "teacher", "hash": "cd" * 32}, "parameters": {},
        },
        **board.measured().model_dump(),
        "updates": [promoted, refused] if learned else [],
        "processes": {"edge": {"cpu_percent": 42.0, "rss_mb_max": 180.0}},
    }  # fmt: skip
    return Run(Report.model_validate(report), board.rows())


@pytest.fixture
def learned_run() -> Run:
    """A run in which f got better: from a third of the pixels to all of them."""
    return a_run(truth=True, learned=True)


@pytest.fixture
def plain_run() -> Run:
    """A run without training."""
    return a_run(truth=True, learned=False)


@pytest.fixture
def bare_run() -> Run:
    """A run without truth, training, segments, processes and clock."""
    run = a_run(truth=False, learned=False)
    nothing = {"p50": None, "p95": None, "p99": None}
    run.change({
        "segments": [], "over_last": [], "processes": {},
        "latency_ms": dict.fromkeys(("edge", "cloud", "all"), nothing),
        "setup.mode": "offline", "setup.rate": None, "setup.network": None,
    })  # fmt: skip
    run.rows = [replace(row, latency_ms=None) for row in run.rows]
    return run
