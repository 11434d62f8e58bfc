import pytest
from laecips_eval.scoring.frame_log import FrameRow
from laecips_eval.scoring.link_figures import LinkCosts, hard_and_ideal

COSTS = LinkCosts(round_trip=40.0, edge=20.0, cloud=100.0, rate_bit_s=4e6)


def row(source: str, latency_ms: float | None, size: int = 0) -> FrameRow:
    return FrameRow(
        stamp_ns=0, source=source, latency_ms=latency_ms, bytes_up=size, bytes_down=size // 10
    )


def test_the_ideal_is_the_sum_of_what_must_be() -> None:
    assert COSTS.ideal_ms(100_000) == pytest.approx(20 + 100 + 40 + 200)


def test_only_frames_that_the_cloud_answered_count() -> None:
    rows = [
        row("cloud", 500.0, 100_000), row("cloud", 300.0, 50_000), row("edge", 15.0),
        row("edge_fallback", 2000.0, 100_000), row("cloud", None, 9),
    ]  # fmt: skip
    hard, ideal = hard_and_ideal(rows, COSTS)
    assert hard.p50 == 400.0
    assert ideal.p50 == pytest.approx(160 + (220 + 110) / 2)
    assert hard_and_ideal([], COSTS)[0].p95 is None
