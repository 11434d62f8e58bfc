import pytest
from laecips_edge.core.inference.engines import ENGINE_NAMES, precision_of
from laecips_eval.benchmarks.inference import run

CPU = ("CPUExecutionProvider",)


def test_one_row_an_engine_and_number_of_threads(tiny_bundle):
    rows = run(tiny_bundle.path, engines=ENGINE_NAMES, providers=CPU, threads=[1, 2], repeats=3)
    asked = [(name, count) for count in (1, 2) for name in ENGINE_NAMES]
    assert [(row.engine, row.threads) for row in rows] == asked
    for row in rows:
        assert row.f_ms > 0
        assert row.precision == precision_of(row.engine)
        assert row.h_share == pytest.approx(row.h_ms / row.f_ms)
        assert row.frames_per_second == pytest.approx(1000 / (row.predict_ms + row.h_ms))
        first = next(other for other in rows if other.threads == row.threads)
        assert row.speedup == pytest.approx(row.frames_per_second / first.frames_per_second)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"engines": ["abacus"]}, "'abacus' is not known"),
        ({"providers": ["WarpExecutionProvider"]}, "no provider WarpExecutionProvider"),
        ({"threads": [0]}, "threads must be at least 1"),
    ],
)
def test_what_cannot_be_measured(tiny_bundle, changes, message):
    options = {"engines": ["onnxruntime"], "providers": CPU, "threads": [1], "repeats": 1}
    with pytest.raises(ValueError, match=message):
        run(tiny_bundle.path, **(options | changes))
