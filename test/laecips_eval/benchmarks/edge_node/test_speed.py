import pytest
from laecips_edge.core.bundle.bundle import Bundle
from laecips_eval.benchmarks.edge_node import speed


@pytest.mark.system
def test_node_and_loop_take_turns(tiny_bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed, "FRAMES", 3)
    (row,) = speed.run(tiny_bundle.path, engines=["onnxruntime"], turns=1, sizes=[(96, 128)])
    assert (row.engine, row.precision, row.picture) == ("onnxruntime", "fp32", "128 x 96")
    assert row.ratio == pytest.approx(row.node_hz / row.bare_hz)
    assert row.ratio > 0


def test_a_ratio_is_that_of_neighbouring_turns() -> None:
    def turn(hz: float) -> speed._Turn:
        return speed._Turn(hz, cpu_ms=1000 / hz)

    turns = [(turn(10), turn(9)), (turn(20), turn(18)), (turn(40), turn(4))]
    row = speed._row("onnxruntime", (360, 480), turns)
    assert (row.bare_hz, row.node_hz, row.ratio) == (20, 9, 0.9)
    assert row.cpu_ratio == pytest.approx((100 + 50 + 25) / (1000 / 9 + 1000 / 18 + 250))
