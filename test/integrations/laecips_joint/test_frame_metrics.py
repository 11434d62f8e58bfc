"""The metrics, on three frames of which the cloud answered one."""

import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from laecips_edge.core.image.codecs import encode_png
from laecips_edge.core.routing.policy import Decision
from laecips_eval.scoring.frame_log import checksum, read_rows
from laecips_joint.frame_metrics import METRICS

# Rows of a picture of 1 x 4 pixels. IoU of the first answer: class 0 2/2, class 1 2/2; of the
# second: class 0 1/3, class 1 1/3; the third frame has no truth.
TRUTH = ([0, 0, 1, 1], [0, 0, 1, 1], None)
EDGE = ([0, 0, 0, 0], [0, 1, 0, 1], [0, 0, 0, 0])
CLOUD = ([0, 0, 1, 1], None, None)


def label(row: list[int]) -> np.ndarray:
    return np.array([row], np.uint8)


def edge_answer(index: int) -> Any:
    hard = CLOUD[index] is not None
    return SimpleNamespace(
        stamp_ns=100 + index,
        label_map=label(EDGE[index]),
        manifest=SimpleNamespace(version=3, classes=("a", "b")),
        decision=Decision(trust=0.3 if hard else 0.9, delta=0.5, hard=hard, audit=False),
        took_ms=10.0 * (index + 1),
    )


@pytest.fixture
def run(tmp_path: Path) -> tuple[list[str], list[list[Any]]]:
    truth, results = [], []
    for index, row in enumerate(TRUTH):
        path = tmp_path / f"{index}.png"
        if row is not None:
            path.write_bytes(encode_png(label(row)))
        truth.append("0" if row is None else str(path))
        edge, mask, cloud = edge_answer(index), CLOUD[index], None
        if mask is not None:
            cloud = SimpleNamespace(
                label_map=label(mask), bytes_up=4000, bytes_down=500, took_ms=90.0
            )
        results.append([cloud is not None, cloud or edge, edge, cloud])
    return truth, results


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mIoU", 0.6),  # over both frames: each class 3 of 5
        ("mIoU_frames", round((1 + 1 / 3) / 2, 4)),
        ("CUR", 0.3333),
        ("kB_up", 4.0),
        ("kB_down", 0.5),
        ("ms_p50", 30.0),  # 100, 20, 30
        ("ms_p95", 93.0),
    ],
)
def test_values(run: tuple[list[str], list[list[Any]]], name: str, value: float) -> None:
    assert METRICS[name](*run) == value


def test_the_log_of_the_frames(
    run: tuple[list[str], list[list[Any]]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RESULT_SAVED_URL", str(tmp_path))  # as Ianvs does
    assert METRICS["frames"](*run) == 3
    rows = read_rows(tmp_path / "frames.csv")
    assert [(row.stamp_ns, row.source, row.hard, row.iou) for row in rows] == [
        (100, "cloud", True, 1.0),
        (101, "edge", False, pytest.approx(1 / 3)),
        (102, "edge", False, None),
    ]
    assert rows[0].trust == float(np.float32(0.3))
    assert (rows[0].bytes_up, rows[0].bytes_down, rows[1].bytes_up) == (4000, 500, 0)
    assert rows[0].checksum == checksum(label([0, 0, 1, 1]))
    assert rows[0].checksum_now == checksum(label(EDGE[0]))


def test_no_truth_at_all(run: tuple[list[str], list[list[Any]]]) -> None:
    _, results = run
    assert math.isnan(METRICS["mIoU"](["0"] * 3, results))
    assert math.isnan(METRICS["mIoU_frames"](["0"] * 3, results))
