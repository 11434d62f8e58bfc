"""The frame log comes back as it was written."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laecips_eval.scoring.frame_log import FrameRow, checksum, read_rows, write_rows

COUNTS = st.none() | st.integers(0, 2**62)
NUMBERS = st.none() | st.floats(allow_nan=False)
FLAGS = st.none() | st.booleans()
ROWS = st.builds(
    FrameRow,
    stamp_ns=st.integers(0, 2**62),
    index=COUNTS,
    source=st.sampled_from([None, "edge", "cloud", "edge_fallback"]),
    reason=st.sampled_from([None, "none", "offline"]),
    trust=NUMBERS,
    delta=NUMBERS,
    hard=FLAGS,
    audit=FLAGS,
    latency_ms=NUMBERS,
    bytes_up=COUNTS,
    bytes_down=COUNTS,
    version=COUNTS,
    iou=NUMBERS,
    iou_now=NUMBERS,
    iou_untrained=NUMBERS,
    trust_untrained=NUMBERS,
    checksum=COUNTS,
    checksum_now=COUNTS,
)


@given(rows=st.lists(ROWS, max_size=5))
def test_round_trip(tmp_path_factory: pytest.TempPathFactory, rows: list[FrameRow]) -> None:
    path = tmp_path_factory.mktemp("log") / "frames.csv"
    write_rows(path, rows)
    assert read_rows(path) == rows


def test_the_columns_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "frames.csv"
    write_rows(path, [FrameRow(stamp_ns=7, index=1, trust=0.5, trust_untrained=0.25)])
    head, line = path.read_text(encoding="utf-8").splitlines()
    assert head == (
        "stamp_ns,index,source,reason,confidence,delta,hard,audit,latency_ms,bytes_up,bytes_down,"
        "version,iou,iou_now,iou_untrained,confidence_untrained,checksum,checksum_now,agreement"
    )
    assert line == "7,1,,,0.5,,,,,,,,,,,0.25,,,"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("stamp_ns\n1\n", "line 2: not a row of a frame log"),
        ("", None),
    ],
)
def test_a_strange_file(tmp_path: Path, text: str, message: str | None) -> None:
    path = tmp_path / "frames.csv"
    path.write_text(text, encoding="utf-8")
    if message is None:
        assert read_rows(path) == []
        return
    with pytest.raises(ValueError, match=message):
        read_rows(path)


def test_a_row_that_was_cut_off_is_named(tmp_path: Path) -> None:
    path = tmp_path / "frames.csv"
    write_rows(path, [FrameRow(stamp_ns=1), FrameRow(stamp_ns=2)])
    path.write_text(path.read_text(encoding="utf-8")[:-5], encoding="utf-8")
    with pytest.raises(ValueError, match=r"frames\.csv, line 3"):
        read_rows(path)


@pytest.mark.parametrize(
    ("bytes_up", "audit", "went_up"),
    [(100, False, True), (0, True, True), (0, False, False), (None, None, False)],
)
def test_what_went_up(bytes_up: int | None, audit: bool | None, went_up: bool) -> None:
    row = FrameRow(stamp_ns=0, bytes_up=bytes_up, audit=audit)
    assert row.went_up is went_up


def test_the_checksum_sees_the_pixels_and_not_the_strides() -> None:
    label_map = np.arange(12, dtype=np.uint8).reshape(3, 4)
    assert checksum(label_map) == checksum(np.asfortranarray(label_map))
    changed = label_map.copy()
    changed[2, 3] += 1
    assert checksum(changed) != checksum(label_map)
