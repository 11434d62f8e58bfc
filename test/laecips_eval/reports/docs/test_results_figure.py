"""The figure of a replay."""

from pathlib import Path

import pytest
from laecips_eval.bags import Segment
from laecips_eval.reports.docs.results_figure import draw_replay
from laecips_eval.scoring.frame_log import FrameRow


@pytest.mark.slow
def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    rows = [
        FrameRow(index=i, stamp_ns=i, source=source, hard=source != "edge", latency_ms=10.0 + i)
        for i, source in enumerate(["edge", "cloud", "edge_fallback", None])
    ]
    for name in ("a.svg", "b.svg"):
        segments = [Segment("dim light", 2, 4)]
        draw_replay(tmp_path / name, rows=rows, segments=segments)
    drawn = (tmp_path / "a.svg").read_bytes()
    assert drawn == (tmp_path / "b.svg").read_bytes()
    assert b"<svg" in drawn
    assert b"dim light" in drawn


@pytest.mark.parametrize(("untrained", "drawn"), [(0.5, False), (0.25, True), (None, False)])
def test_f_without_training_is_drawn_where_it_differs(
    untrained: float | None, drawn: bool, tmp_path: Path
) -> None:
    rows = [FrameRow(index=i, stamp_ns=i, iou_now=0.5, iou_untrained=untrained) for i in range(3)]
    draw_replay(tmp_path / "a.svg", rows=rows, segments=[])
    assert (b"f without training" in (tmp_path / "a.svg").read_bytes()) is drawn
