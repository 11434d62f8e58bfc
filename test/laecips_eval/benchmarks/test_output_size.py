from laecips_eval.benchmarks.output_size import run


def test_one_row_a_picture_and_engine(tiny_bundle):
    rows = run(
        tiny_bundle.path,
        engines=["onnxruntime"],
        providers=["CPUExecutionProvider"],
        repeats=1,
        pictures=[(96, 128), (192, 256)],
    )
    assert [(row.picture, row.engine) for row in rows] == [
        ("96 x 128", "onnxruntime"),
        ("192 x 256", "onnxruntime"),
    ]
    for row in rows:
        assert row.saved == 1 - row.network_ms / row.camera_ms
