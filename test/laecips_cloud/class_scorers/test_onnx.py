"""The scorer `onnx`: a network's opinion alone."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from laecips_cloud.class_scorers import ClassScorerError, create_class_scorer
from laecips_cloud.class_scorers.onnx import OnnxScorer
from laecips_cloud.class_scorers.semantic_network import SemanticNetwork

SaveNetwork = Callable[..., Path]

OURS = ("red", "rest")
TABLE = "outputs: [r, g, b]\nclasses: {red: [r], rest: [g, b], unknown: []}"
RGB = np.random.default_rng(0).integers(0, 256, (9, 7, 3), np.uint8)


def never() -> np.ndarray:
    raise AssertionError("f was asked")


def test_it_says_what_its_network_says_and_never_asks_f(save_network: SaveNetwork) -> None:
    path = save_network(weight=np.diag([3, 2, 1]), table=TABLE)
    scorer = OnnxScorer(OURS, model=str(path))
    np.testing.assert_array_equal(scorer.score(RGB, never), SemanticNetwork(path, OURS).scores(RGB))


def test_options_reach_the_network(save_network: SaveNetwork, tmp_path: Path) -> None:
    path = save_network(weight=np.diag([3, 2, 1]))
    (tmp_path / "mine.yaml").write_text(f"{TABLE}\ntemperature: 5", encoding="utf-8")
    options = {
        "model": str(path),
        "table": str(tmp_path / "mine.yaml"),
        "flip": "true",
        "engine": "onnxruntime",
        "providers": "CPUExecutionProvider",
        "threads": "2",
    }
    made = create_class_scorer("onnx", options, classes=OURS)
    expected = SemanticNetwork(path, OURS, table=tmp_path / "mine.yaml", flip=True)
    np.testing.assert_array_equal(made.score(RGB, never), expected.scores(RGB))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"model": ""},
            "class scorer onnx needs a network: set its option model to an ONNX file, or to a "
            "folder with network.onnx and classes.yaml",
        ),
        (
            {"model": "/nowhere/large.onnx"},
            "class scorer onnx: /nowhere/large.onnx: cannot be read",
        ),
        ({"table": "/nowhere/t.yaml"}, "class scorer onnx: class table /nowhere/t.yaml: cannot be"),
        ({"threads": 0}, "network.onnx: engine: threads must be at least 1, got 0"),
        ({"engine": "abacus"}, "network.onnx: engine: 'abacus' is not known"),
        (
            {"providers": "WarpExecutionProvider"},
            "network.onnx: onnxruntime: no provider WarpExecutionProvider; here there are",
        ),
        (
            {"providers": "WarpExecutionProvider+Turbo"},
            "no provider WarpExecutionProvider, Turbo; here there are",
        ),
        ({"providers": ""}, "no provider ; here there are"),
    ],
)
def test_what_cannot_be_made(options: dict, message: str, save_network: SaveNetwork) -> None:
    path = save_network(table=TABLE)
    with pytest.raises(ClassScorerError, match=re.escape(message)) as caught:
        OnnxScorer(OURS, **{"model": str(path)} | options)
    assert str(caught.value).startswith("class scorer onnx")
