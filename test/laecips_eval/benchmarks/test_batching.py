"""The benchmark of batches, on a network of one layer."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnx")

import onnx
from laecips_eval.benchmarks.batching import BATCHES, run
from onnx import TensorProto, helper, numpy_helper

CLASSES = ("red", "green", "blue")
TABLE = "outputs: [r, g, b]\nclasses: {red: [r], green: [g], blue: [b], unknown: []}"


@pytest.fixture
def network(tmp_path: Path) -> Path:
    weight = numpy_helper.from_array(np.eye(3, dtype=np.float32).reshape(3, 3, 1, 1), "weight")
    graph = helper.make_graph(
        [helper.make_node("Conv", ["rgb", "weight"], ["scores"])],
        "network",
        [helper.make_tensor_value_info("rgb", TensorProto.FLOAT, (1, 3, 8, 12))],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, None)],
        [weight],
    )
    opset = helper.make_opsetid("", 17)
    path = tmp_path / "network.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[opset], ir_version=8), path)
    path.with_suffix(".yaml").write_text(TABLE, encoding="utf-8")
    return path


def test_one_row_a_size_of_batch(network: Path) -> None:
    rows = run(
        network,
        CLASSES,
        engines=["onnxruntime"],
        providers=["CPUExecutionProvider"],
        threads=[1],
        repeats=1,
    )
    assert [(row.engine, row.precision, row.threads, row.batch) for row in rows] == [
        ("onnxruntime", "fp32", 1, batch) for batch in BATCHES
    ]
    alone = rows[0]
    for row in rows:
        assert row.same == 1.0
        assert row.speedup == pytest.approx(alone.ms / row.ms)
        assert row.saving > 0
        assert row.answer_s > row.ms / 1e3
    assert alone.saving == 1.0


def test_another_networks_classes(network: Path) -> None:
    with pytest.raises(ValueError, match="classes has red, green, blue"):
        run(
            network,
            ("belt",),
            engines=["onnxruntime"],
            providers=["CPUExecutionProvider"],
            threads=[1],
            repeats=1,
        )
