"""Several pictures in one run of a network: what it says of each is what it says of it alone."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("onnx")

from laecips_cloud.class_scorers import BatchClassScorer, ClassScorerError, create_class_scorer
from laecips_cloud.class_scorers.semantic_network import SemanticNetwork
from laecips_edge.core.inference.engines import installed_engines
from onnx import TensorProto, helper

SaveNetwork = Callable[..., Path]

OURS = ("red", "green", "blue")
TABLE = (
    "outputs: [r, g, b]\nclasses: {red: [r], green: [g], blue: [b], unknown: []}\n"
    "input: {mean: [0, 0, 0], std: [1, 1, 1]}"
)
SHARP = np.eye(3) * 10
TEACHER = Path(__file__).parents[3] / "laecips_bringup/teachers/inspection/quick.onnx"


def constant(name: str, values: Sequence[int]) -> Any:
    tensor = helper.make_tensor(name, TensorProto.INT64, [len(values)], list(values))
    return helper.make_node("Constant", [], [name], value=tensor)


def pictures(count: int) -> list[np.ndarray]:
    """Noise of sizes that differ, one of them the network's own."""
    random = np.random.default_rng(1)
    sizes = [(4, 6), (9, 7), (2, 3)]
    return [random.integers(0, 256, (*sizes[n % 3], 3), np.uint8) for n in range(count)]


# What a graph may say about its first length: nothing, in a Resize, in two Reshapes.
GRAPHS = {
    "a convolution": [],
    "a Resize": [
        constant("sizes", [1, 3, 8, 12]),
        helper.make_node("Resize", ["conv", "", "", "sizes"], ["scores"], mode="linear"),
    ],
    "two Reshapes": [
        constant("flat", [1, 3, 24]),
        helper.make_node("Reshape", ["conv", "flat"], ["line"]),
        constant("square", [1, -1, 4, 6]),
        helper.make_node("Reshape", ["line", "square"], ["scores"]),
    ],
}


@pytest.mark.parametrize("engine", installed_engines())
@pytest.mark.parametrize("flip", [False, True])
@pytest.mark.parametrize("graph", GRAPHS)
def test_batches_of_any_number(
    graph: str, flip: bool, engine: str, save_network: SaveNetwork
) -> None:
    path = save_network(weight=SHARP, after=GRAPHS[graph], table=TABLE)
    network = SemanticNetwork(path, OURS, engine=engine, flip=flip)
    assert network.prepare_batches(5) == 5
    given = pictures(7)  # runs of 4, 2 and 1
    for rgb, scores in zip(given, network.scores_of(given), strict=True):
        np.testing.assert_allclose(scores, network.scores(rgb), atol=1e-5)


def alone(network: SemanticNetwork, count: int) -> bool:
    """Whether as many pictures are still answered, each as alone."""
    given = pictures(count)
    return all(
        np.array_equal(scores, network.scores(rgb))
        for rgb, scores in zip(given, network.scores_of(given), strict=True)
    )


LOOKS_AT_ALL = [
    helper.make_node("ReduceMean", ["conv"], ["mean"], axes=[0]),
    helper.make_node("Sub", ["conv", "mean"], ["contrast"]),
    helper.make_node("Add", ["contrast", "conv"], ["scores"]),
]
MEANS_SOMETHING_ELSE = [
    constant("flat", [3, 24]),
    helper.make_node("Reshape", ["conv", "flat"], ["line"]),
    helper.make_node("Softmax", ["line"], ["shares"], axis=1),
    constant("square", [1, 3, 4, 6]),
    helper.make_node("Reshape", ["shares", "square"], ["scores"]),
]


@pytest.mark.parametrize("after", [LOOKS_AT_ALL, MEANS_SOMETHING_ELSE], ids=["mixes", "cannot"])
def test_a_network_that_takes_one_picture_alone(after: list, save_network: SaveNetwork) -> None:
    network = SemanticNetwork(save_network(weight=SHARP, after=after, table=TABLE), OURS)
    assert network.prepare_batches(8) == 1
    assert alone(network, 3)


@pytest.mark.parametrize("name", ["onnx", "blend"])
def test_the_scorers_offer_it(name: str, save_network: SaveNetwork) -> None:
    options = {"model": str(save_network(weight=SHARP, table=TABLE))}
    if name == "blend":
        options["cloud_weight"] = "0.5"
    scorer = create_class_scorer(name, options, classes=OURS)
    assert isinstance(scorer, BatchClassScorer)
    assert scorer.prepare_batches(4) == 4
    given = pictures(3)
    random = np.random.default_rng(2)
    f = [random.dirichlet(np.ones(3), rgb.shape[:2]) for rgb in given]
    edges = [lambda s=s: np.ascontiguousarray(s.transpose(2, 0, 1), np.float32) for s in f]
    for rgb, edge, scores in zip(given, edges, scorer.score_batch(given, edges), strict=True):
        np.testing.assert_allclose(scores, scorer.score(rgb, edge), atol=1e-6)


def test_one_without_an_answer_is_told(save_network: SaveNetwork) -> None:
    after = [helper.make_node("Sqrt", ["conv"], ["scores"])]
    path = save_network(weight=SHARP, bias=[-0.5] * 3, after=after, table=TABLE)
    grey, black = (np.full((4, 6, 3), value, np.uint8) for value in (128, 0))
    network = SemanticNetwork(path, OURS)
    network.scores_of([grey, grey])
    with pytest.raises(ClassScorerError, match="its answer is not finite"):
        network.scores_of([grey, black])


@pytest.mark.slow
def test_the_shipped_teacher_says_the_same_of_each() -> None:
    classes = _classes()
    network = SemanticNetwork(TEACHER, classes)
    assert network.prepare_batches(2) == 2
    blocks = np.random.default_rng(0).integers(0, 256, (2, 12, 16, 3), np.uint8)
    given = list(blocks.repeat(30, axis=1).repeat(30, axis=2))
    for rgb, scores in zip(given, network.scores_of(given), strict=True):
        single = network.scores(rgb)
        assert np.array_equal(scores.argmax(axis=0), single.argmax(axis=0))
        np.testing.assert_allclose(scores, single, atol=1e-4)


def _classes() -> list[str]:
    import yaml  # noqa: PLC0415

    table = yaml.safe_load(TEACHER.with_name("classes.yaml").read_text())
    return [name for name in table["classes"] if name != "unknown"]
