"""The table of frames: its figures against ones counted by hand, and its file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from laecips_cloud.metrics import ConfusionMatrix, frame_iou
from laecips_eval.experiments.miners.frame_table import FrameTable, joined

TRUTH = np.array([[[0, 0, 1, 255]], [[1, 1, 1, 0]], [[0, 0, 0, 0]]], np.uint8)
BY_F = np.array([[[0, 1, 1, 0]], [[1, 0, 0, 0]], [[0, 0, 0, 0]]], np.uint8)
BY_CLOUD = np.array([[[0, 0, 1, 1]], [[1, 1, 0, 0]], [[0, 0, 0, 1]]], np.uint8)


def counts(label_maps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    hits = [
        [((truth == c) & (label == c)).sum() for c in range(2)]
        for label, truth in zip(label_maps, TRUTH, strict=True)
    ]
    union = [
        [(((truth == c) | (label == c)) & (truth != 255)).sum() for c in range(2)]
        for label, truth in zip(label_maps, TRUTH, strict=True)
    ]
    return np.array(hits, np.int64), np.array(union, np.int64)


def table() -> FrameTable:
    f, cloud = counts(BY_F), counts(BY_CLOUD)
    return FrameTable(
        classes=("panel", "rail"),
        stamps_ns=np.array([10, 20, 30]),
        segments=np.array(["day", "day", "night"]),
        disturbances=np.array(["", "glare", ""]),
        f_intersections=f[0],
        f_unions=f[1],
        cloud_intersections=cloud[0],
        cloud_unions=cloud[1],
        scores={"spp": np.array([0.5, 0.25, 0.5])},
    )


def test_gain_is_the_difference_of_frame_ious() -> None:
    found = table()
    for place, truth in enumerate(TRUTH):
        assert found.f_iou[place] == pytest.approx(frame_iou(BY_F[place], truth, 2))
        assert found.cloud_iou[place] == pytest.approx(frame_iou(BY_CLOUD[place], truth, 2))
    assert found.gain == pytest.approx(found.cloud_iou - found.f_iou)
    assert found.gain[1] > 0 > found.gain[2]


@pytest.mark.parametrize("sent", np.ndindex(2, 2, 2))
def test_data_set_miou_is_that_of_one_confusion_matrix(sent: tuple[int, int, int]) -> None:
    matrix = ConfusionMatrix(2)
    for place, goes in enumerate(sent):
        matrix.add((BY_CLOUD if goes else BY_F)[place], TRUTH[place])
    assert table().miou(np.array(sent, bool)) == pytest.approx(matrix.miou())


def test_a_frame_without_truth_has_no_iou() -> None:
    nothing = np.zeros((1, 2), np.int64)
    assert np.isnan(
        FrameTable(
            classes=("a", "b"),
            stamps_ns=np.array([1]),
            segments=np.array([""]),
            disturbances=np.array([""]),
            f_intersections=nothing,
            f_unions=nothing,
            cloud_intersections=nothing,
            cloud_unions=nothing,
            scores={},
        ).gain[0]
    )


def test_a_table_survives_its_file(tmp_path: Path) -> None:
    path = tmp_path / "tables" / "one.npz"
    table().save(path)
    found, expected = FrameTable.load(path), table()
    assert found.classes == expected.classes
    assert list(found.disturbances) == ["", "glare", ""]
    for name in ("stamps_ns", "segments", "f_intersections", "cloud_unions"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))
    np.testing.assert_array_equal(found.scores["spp"], expected.scores["spp"])


@pytest.mark.parametrize("content", [b"", b"words", b"PK\x03\x04"])
def test_another_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "one.npz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"one\.npz: no table of frames .* remove it"):
        FrameTable.load(path)


def test_columns_have_one_length() -> None:
    with pytest.raises(ValueError, match=r"score spp has the shape \[2\] instead of \[3\]"):
        FrameTable(**{**vars(table()), "scores": {"spp": np.zeros(2)}})


def test_some_frames() -> None:
    found = table().only(np.array([False, True, False]))
    assert len(found) == 1
    assert list(found.stamps_ns) == [20]
    assert found.miou(np.array([False])) == pytest.approx(table().f_iou[1])


def test_tables_one_after_the_other() -> None:
    both = joined([table(), table().only(np.array([False, True, False]))])
    assert list(both.stamps_ns) == [10, 20, 30, 20]
    assert list(both.scores["spp"]) == [0.5, 0.25, 0.5, 0.25]
    with pytest.raises(ValueError, match="they differ in their classes or policies"):
        joined([table(), FrameTable(**{**vars(table()), "scores": {}})])
