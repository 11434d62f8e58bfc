import math

import pytest
from laecips_edge.core.bundle.bundle import Bundle
from laecips_eval.benchmarks.edge_node import latency


@pytest.mark.system
def test_node_and_loop_take_turns(tiny_bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(latency, "TURN", 2)
    (row,) = latency.run(tiny_bundle.path, engines=["onnxruntime"], turns=2, sizes=[(96, 128)])
    assert (row.engine, row.picture, row.frames) == ("onnxruntime", "128 x 96", 4)
    assert 0 < row.bare_p50 <= row.bare_p99 < math.inf
    assert 0 < row.p50 <= row.p99 < math.inf


def test_an_answer_that_does_not_come_is_the_tail() -> None:
    row = latency._row("onnxruntime", (360, 480), [10.0] * 98 + [math.inf] * 2, [4.0] * 99 + [6.0])
    assert (row.p50, row.p99, row.tail) == (10, math.inf, math.inf)
    assert (row.bare_p50, row.bare_p99, row.bare_tail) == (4, 6, 1.5)
