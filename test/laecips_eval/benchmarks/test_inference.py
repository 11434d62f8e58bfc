import pytest
from laecips_eval.benchmarks.inference import run

CPU = ("CPUExecutionProvider",)


def test_one_row_an_engine_and_number_of_threads(tiny_bundle):
    rows = run(tiny_bundle.path, engines=["onnxruntime"], providers=CPU, threads=[1, 2], repeats=3)
    assert [(row.engine, row.threads) for row in rows] == [("onnxruntime", 1), ("onnxruntime", 2)]
    for row in rows:
        assert row.f_ms > 0
        assert row.h_share == pytest.approx(row.h_ms / row.f_ms)
        assert row.frames_per_second == pytest.approx(1000 / (row.predict_ms + row.h_ms))


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
