"""Networks from ONNX files, run for real: what they say of our classes, and files that say nothing.

Most look at single pixels: by their table a picture's channels reach them in 0..1 as they are.
"""

import re
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("onnx")

from laecips_cloud.class_scorers import ClassScorerError
from laecips_cloud.class_scorers.semantic_network import SemanticNetwork
from laecips_edge.core.inference.scores import softmax, upsample
from onnx import TensorProto, helper

SaveNetwork = Callable[..., Path]

OURS = ("red", "green", "blue")
AS_IT_IS = "input: {mean: [0, 0, 0], std: [1, 1, 1]}"
TABLE = f"outputs: [r, g, b]\nclasses: {{red: [r], green: [g], blue: [b], unknown: []}}\n{AS_IT_IS}"
PROBABILITIES = f"{TABLE}\nscores: probabilities"
SHARP = np.eye(3) * 10


@pytest.fixture
def picture() -> np.ndarray:
    """uint8 [4, 6, 3]: the size that the networks take."""
    return np.random.default_rng(0).integers(0, 256, (4, 6, 3), np.uint8)


def planes_of(picture: np.ndarray) -> np.ndarray:
    """Channels first, in 0..1: what a network that is the identity gives."""
    return np.ascontiguousarray(picture.transpose(2, 0, 1), np.float32) / 255


# --- what it says ---


def test_logits_become_softmax_scores(save_network: SaveNetwork, picture: np.ndarray) -> None:
    path = save_network(weight=SHARP, table=TABLE)
    scores = SemanticNetwork(path, OURS).scores(picture)
    assert scores.dtype == np.float32
    assert scores.flags.c_contiguous
    np.testing.assert_allclose(scores, softmax(planes_of(picture) * 10), atol=1e-6)


def test_a_temperature_divides_logits(save_network: SaveNetwork, picture: np.ndarray) -> None:
    path = save_network(weight=SHARP, table=f"{TABLE}\ntemperature: 2.5")
    scores = SemanticNetwork(path, OURS).scores(picture)
    np.testing.assert_allclose(scores, softmax(planes_of(picture) * 4), atol=1e-6)


def test_a_logit_adjustment_moves_scores_between_our_classes(
    save_network: SaveNetwork, picture: np.ndarray
) -> None:
    plain = SemanticNetwork(save_network(weight=SHARP, table=TABLE), OURS).scores(picture)
    table = f"{TABLE}\nlogit_adjustment: {{{OURS[0]}: 1.5}}"
    scores = SemanticNetwork(save_network(weight=SHARP, table=table), OURS).scores(picture)
    raised = plain * np.exp([1.5, 0, 0])[:, None, None]
    np.testing.assert_allclose(
        scores, raised * plain.sum(axis=0) / raised.sum(axis=0), rtol=1e-5, atol=1e-7
    )
    assert scores.dtype == np.float32


def test_what_is_none_of_ours_keeps_its_share_when_scores_are_adjusted(
    save_network: SaveNetwork,
) -> None:
    rgb = np.tile(np.array([[51, 0, 0]], np.uint8), (4, 6, 1))
    table = f"{PROBABILITIES}\nlogit_adjustment: {{{OURS[0]}: 20, {OURS[1]}: -20}}"
    scores = SemanticNetwork(save_network(table=table), OURS).scores(rgb)
    np.testing.assert_allclose(scores.sum(axis=0), 0.2, atol=1e-6)
    black = SemanticNetwork(save_network(table=table), OURS).scores(np.zeros_like(rgb))
    assert not black.any()


def test_probabilities_are_taken_as_they_are(save_network: SaveNetwork) -> None:
    rgb = np.tile(np.array([[51, 102, 102]], np.uint8), (4, 6, 1))
    path = save_network(table=f"{PROBABILITIES}\ntemperature: 3")  # which is of logits alone
    scores = SemanticNetwork(path, OURS).scores(rgb)
    np.testing.assert_allclose(scores[:, 0, 0], [0.2, 0.4, 0.4], atol=1e-6)


def test_probabilities_that_are_none_are_brought_into_range(save_network: SaveNetwork) -> None:
    """A network of sigmoids may say yes to more than one class; sums stay at most 1."""
    rgb = np.zeros((4, 6, 3), np.uint8)
    rgb[0, 0], rgb[0, 1] = (255, 255, 0), (51, 0, 0)
    path = save_network(bias=[0, 0, -0.5], table=PROBABILITIES)
    scores = SemanticNetwork(path, OURS).scores(rgb)
    np.testing.assert_allclose(scores[:, 0, 0], [0.5, 0.5, 0], atol=1e-6)
    np.testing.assert_allclose(scores[:, 0, 1], [0.2, 0, 0], atol=1e-6)


def test_each_class_is_the_sum_of_its_outputs(
    save_network: SaveNetwork, picture: np.ndarray
) -> None:
    """Three classes out of five outputs: two, none and one of them; two are none of ours."""
    weight = np.random.default_rng(1).normal(scale=3, size=(5, 3))
    table = (
        "outputs: [sky, car, road, truck, boat]\n"
        "classes: {vehicle: [truck, car], pole: [], road: [road], unknown: [sky, boat]}\n"
    )
    path = save_network(weight=weight, table=table + AS_IT_IS)
    scores = SemanticNetwork(path, ("vehicle", "pole", "road")).scores(picture)
    raw = softmax(np.einsum("kc,chw->khw", weight.astype(np.float32), planes_of(picture)))
    np.testing.assert_allclose(scores[0], raw[1] + raw[3], atol=1e-6)
    np.testing.assert_array_equal(scores[1], 0)
    np.testing.assert_allclose(scores[2], raw[2], atol=1e-6)
    np.testing.assert_allclose(scores.sum(axis=0), 1 - raw[0] - raw[4], atol=1e-6)


def test_our_order_is_not_the_networks(save_network: SaveNetwork, picture: np.ndarray) -> None:
    path = save_network(table=TABLE)
    scores = SemanticNetwork(path, OURS).scores(picture)
    turned = SemanticNetwork(path, OURS[::-1]).scores(picture)
    np.testing.assert_array_equal(scores, turned[::-1])


def test_mean_and_std_are_the_tables(save_network: SaveNetwork, picture: np.ndarray) -> None:
    table = TABLE.replace("[0, 0, 0]", "[0.1, 0.2, 0.3]").replace("[1, 1, 1]", "[0.5, 0.25, 2]")
    scores = SemanticNetwork(save_network(table=table), OURS).scores(picture)
    mean, std = np.array([[0.1, 0.2, 0.3], [0.5, 0.25, 2]], np.float32)[:, :, None, None]
    np.testing.assert_allclose(scores, softmax((planes_of(picture) - mean) / std), atol=1e-6)


def test_flip_is_the_mean_of_both_ways_round(save_network: SaveNetwork) -> None:
    """A network that looks to the right: each class is its channel one pixel further on."""
    look = helper.make_node("Conv", ["conv", "look"], ["scores"], group=3, pads=[0, 0, 0, 1])
    kernel = helper.make_node(
        "Constant",
        [],
        ["look"],
        value=helper.make_tensor("look", TensorProto.FLOAT, [3, 1, 1, 2], [0.0, 1.0] * 3),
    )
    path = save_network(after=[kernel, look], table=PROBABILITIES)
    rgb = np.zeros((4, 6, 3), np.uint8)
    rgb[:, 3, 0] = 255
    once = SemanticNetwork(path, OURS).scores(rgb)
    twice = SemanticNetwork(path, OURS, flip=True).scores(rgb)
    assert once[0, 0].tolist() == [0, 0, 1, 0, 0, 0]
    assert twice[0, 0].tolist() == [0, 0, 0.5, 0, 0.5, 0]


# --- sizes ---


def test_a_larger_picture_is_made_small_by_areas(save_network: SaveNetwork) -> None:
    rgb = np.random.default_rng(2).integers(0, 256, (40, 60, 3), np.uint8)
    scores = SemanticNetwork(save_network(weight=SHARP, table=TABLE), OURS).scores(rgb)
    small = cv2.resize(rgb, (6, 4), interpolation=cv2.INTER_AREA)
    expected = upsample(softmax(planes_of(small) * 10), (40, 60))
    assert scores.shape == (3, 40, 60)
    np.testing.assert_allclose(scores, expected, atol=1e-6)


def test_a_smaller_picture_is_made_large_by_lines(save_network: SaveNetwork) -> None:
    rgb = np.random.default_rng(2).integers(0, 256, (2, 3, 3), np.uint8)
    scores = SemanticNetwork(save_network(weight=SHARP, table=TABLE), OURS).scores(rgb)
    large = cv2.resize(rgb, (6, 4), interpolation=cv2.INTER_LINEAR)
    expected = upsample(softmax(planes_of(large) * 10), (2, 3))
    np.testing.assert_allclose(scores, expected, atol=1e-6)


def test_answers_at_a_stride_are_brought_to_the_pictures_size(save_network: SaveNetwork) -> None:
    pool = helper.make_node(
        "AveragePool", ["conv"], ["scores"], kernel_shape=[2, 2], strides=[2, 2]
    )
    path = save_network(after=[pool], table=PROBABILITIES)
    rgb = np.zeros((4, 6, 3), np.uint8)
    rgb[:, 4:, 2] = 255
    scores = SemanticNetwork(path, OURS).scores(rgb)
    assert scores.shape == (3, 4, 6)
    np.testing.assert_allclose(scores[2, 0], [0, 0, 0, 0.25, 0.75, 1], atol=1e-6)


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (300, 1), (4, 6), (5, 7)])
@pytest.mark.parametrize("flip", [False, True])
def test_a_picture_of_any_size(
    shape: tuple[int, int], flip: bool, save_network: SaveNetwork
) -> None:
    rgb = np.random.default_rng(3).integers(0, 256, (*shape, 3), np.uint8)
    scores = SemanticNetwork(save_network(table=TABLE), OURS, flip=flip).scores(rgb)
    assert scores.shape == (3, *shape)
    np.testing.assert_allclose(scores.sum(axis=0), 1, atol=1e-5)


@pytest.mark.parametrize(
    "shape",
    [
        (1, 3, "height", "width"),
        ("batch", 3, "height", "width"),
        ("batch", "channels", "height", "width"),
        (1, 3, 8, "width"),
        (1, 3, 8, 10),
    ],
)
def test_the_tables_size_goes_where_the_network_leaves_it_open(
    shape: tuple[int | str, ...], save_network: SaveNetwork
) -> None:
    table = TABLE.replace("input: {", "input: {size: [8, 10], ")
    path = save_network(weight=SHARP, inputs=[("rgb", shape)], table=table)
    rgb = np.random.default_rng(2).integers(0, 256, (8, 10, 3), np.uint8)
    scores = SemanticNetwork(path, OURS).scores(rgb)
    np.testing.assert_allclose(scores, softmax(planes_of(rgb) * 10), atol=1e-6)


# --- files ---


def test_a_folder_with_both_files(save_network: SaveNetwork, picture: np.ndarray) -> None:
    path = save_network("large/network.onnx", table=TABLE)
    path.with_suffix(".yaml").rename(path.parent / "classes.yaml")
    network = SemanticNetwork(path.parent, OURS)
    assert network.path == path
    assert network.scores(picture).shape == (3, 4, 6)


def test_it_says_where_its_table_is(save_network: SaveNetwork) -> None:
    path = save_network("large/network.onnx", table=TABLE)
    beside = path.with_suffix(".yaml")
    assert SemanticNetwork(path, OURS).table_path == beside
    of_all = beside.rename(path.with_name("classes.yaml"))
    for model in (path, path.parent):
        assert SemanticNetwork(model, OURS).table_path == of_all


def test_a_table_at_another_place(
    save_network: SaveNetwork, tmp_path: Path, picture: np.ndarray
) -> None:
    path = save_network(weight=SHARP, table="outputs: no use")
    (tmp_path / "mine.yaml").write_text(TABLE, encoding="utf-8")
    network = SemanticNetwork(path, OURS, table=tmp_path / "mine.yaml")
    np.testing.assert_allclose(network.scores(picture), softmax(planes_of(picture) * 10), atol=1e-6)


BESIDE = {
    "save_as_external_data": True,
    "all_tensors_to_one_file": True,
    "location": "network.data",
    "size_threshold": 0,
}


def test_weights_in_a_file_beside_the_model(
    save_network: SaveNetwork, picture: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save_network("large/network.onnx", weight=SHARP, table=TABLE, **BESIDE)
    assert (path.parent / "network.data").stat().st_size > 0
    monkeypatch.chdir("/")  # it is beside the model, wherever the process is
    scores = SemanticNetwork(path, OURS).scores(picture)
    np.testing.assert_allclose(scores, softmax(planes_of(picture) * 10), atol=1e-6)


def test_a_folder_of_links_to_files_elsewhere(
    save_network: SaveNetwork, tmp_path: Path, picture: np.ndarray
) -> None:
    """As a workspace has them that was built with --symlink-install."""
    path = save_network("large/network.onnx", weight=SHARP, table=TABLE, **BESIDE)
    installed = tmp_path / "installed"
    installed.mkdir()
    for file in path.parent.iterdir():
        (installed / file.name).symlink_to(file)
    scores = SemanticNetwork(installed / path.name, OURS).scores(picture)
    np.testing.assert_allclose(scores, softmax(planes_of(picture) * 10), atol=1e-6)


def test_one_table_serves_all_networks_of_a_folder(
    save_network: SaveNetwork, picture: np.ndarray
) -> None:
    path = save_network("large/network.onnx", weight=SHARP, table=TABLE)
    path.with_suffix(".yaml").rename(path.with_name("classes.yaml"))
    quick = path.rename(path.with_name("quick.onnx"))
    assert SemanticNetwork(quick, OURS).scores(picture).shape == (3, 4, 6)


def refused(path: Path, message: str, classes: tuple[str, ...] = OURS) -> None:
    with pytest.raises(ClassScorerError, match=re.escape(message)) as caught:
        SemanticNetwork(path, classes)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        pytest.param(Path.unlink, "network.data", id="gone"),
        pytest.param(lambda path: path.write_bytes(b"short"), "External initializer", id="cut"),
    ],
)
def test_weights_beside_the_model_that_are_no_use(
    spoil: Callable[[Path], object], message: str, save_network: SaveNetwork
) -> None:
    path = save_network(table=TABLE, **BESIDE)
    spoil(path.parent / "network.data")
    refused(path, message)


def test_a_model_that_is_not_there(tmp_path: Path) -> None:
    """It is missed before its table is, which was never named."""
    refused(
        tmp_path / "large.onnx",
        "cannot be read (No such file or directory); set the option model to an ONNX file, or to a "
        "folder with network.onnx and classes.yaml",
    )
    with pytest.raises(ClassScorerError, match=re.escape("network.onnx: cannot be read (No such")):
        SemanticNetwork(tmp_path, OURS)


def test_a_table_that_is_not_there(save_network: SaveNetwork) -> None:
    path = save_network()
    with pytest.raises(ClassScorerError, match=r"class table .*network\.yaml: cannot be read"):
        SemanticNetwork(path, OURS)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda whole: b"",
        lambda whole: b"<html>404: not found</html>",
        lambda whole: whole[: len(whole) // 2],
        lambda whole: bytes(1000),
        lambda whole: whole.replace(b"Conv", b"Fonv"),
    ],
    ids=["empty", "a web page", "cut short", "zeros", "an operator that nobody knows"],
)
def test_a_file_that_is_no_network(
    spoil: Callable[[bytes], bytes], save_network: SaveNetwork
) -> None:
    path = save_network(table=TABLE)
    path.write_bytes(spoil(path.read_bytes()))
    refused(path, f"{path}: ")


def test_another_engine(save_network: SaveNetwork) -> None:
    path = save_network(table=TABLE)
    with pytest.raises(ClassScorerError, match=r"network\.onnx: engine: 'abacus' is not known"):
        SemanticNetwork(path, OURS, engine="abacus")


# --- inputs and outputs ---


INPUTS = [
    pytest.param(
        {"inputs": [("rgb", (1, 3, 4, 6)), ("depth", (1, 1, 4, 6))]},
        "its inputs are rgb [1, 3, 4, 6], depth [1, 1, 4, 6]; it must have one, float32 [1, 3, h",
        id="two inputs",
    ),
    pytest.param(
        {"inputs": [("rgb", (1, 3, 4))]},
        "its inputs are rgb [1, 3, 4]; it must have one, float32 [1, 3, h, w]",
        id="rank 3",
    ),
    pytest.param(
        {"inputs": [("rgb", (1, 3, 2, 4, 6))]},
        "its inputs are rgb [1, 3, 2, 4, 6]; it must have one",
        id="rank 5",
    ),
    pytest.param(
        {"inputs": [("grey", (1, 1, 4, 6))], "weight": np.ones((3, 1))},
        "its inputs are grey [1, 1, 4, 6]; it must have one",
        id="one channel",
    ),
    pytest.param(
        {"inputs": [("rgb", (2, 3, 4, 6))]},
        "its inputs are rgb [2, 3, 4, 6]; it must have one",
        id="two pictures",
    ),
    pytest.param(
        {"kind": np.float16},
        "expected: (tensor(float16)); it must take float32 [1, 3, 4, 6]",
        id="float16",
    ),
    pytest.param({"kind": np.float64}, "cannot assemble the network", id="float64"),
    pytest.param(
        {"inputs": [("rgb", (1, 3, "height", "width"))]},
        "its input takes any size; say in the class table which one: input: {size: [height, wid",
        id="no size anywhere",
    ),
    pytest.param(
        {"table": TABLE.replace("input: {", "input: {size: [4, 8], ")},
        "its input is [1, 3, 4, 6], but the class table has size [4, 8]; leave size out",
        id="two sizes",
    ),
    pytest.param(
        {
            "inputs": [("rgb", (1, 3, 4, "width"))],
            "table": TABLE.replace("input: {", "input: {size: [5, 8], "),
        },
        "its input is [1, 3, 4, None], but the class table has size [5, 8]",
        id="half a size",
    ),
]
OUTPUTS = [
    pytest.param(
        {"outputs": ("scores", "conv")}, "and one output; it has scores, conv", id="two outputs"
    ),
    pytest.param(
        {"weight": np.ones((4, 3))},
        "its answer is [1, 4, 4, 6], the class table has 3 outputs: it must be [1, 3, h, w]",
        id="another number of classes",
    ),
    pytest.param(
        {"after": [helper.make_node("ArgMax", ["conv"], ["scores"], axis=1, keepdims=0)]},
        "its answer is [1, 4, 6], the class table has 3 outputs",
        id="labels",
    ),
    pytest.param(
        {"after": [helper.make_node("Flatten", ["conv"], ["scores"])]},
        "its answer is [1, 72], the class table has 3 outputs",
        id="flat",
    ),
    pytest.param(
        {"bias": [0, np.nan, 0]},
        "its answer is not finite; check its weights and the table's input",
        id="not a number",
    ),
    pytest.param({"bias": [0, np.inf, 0]}, "its answer is not finite", id="infinite"),
    pytest.param(
        {
            "bias": [0, 1e30, 0],
            "after": [
                helper.make_node("Cast", ["conv"], ["wide"], to=TensorProto.DOUBLE),
                helper.make_node("Mul", ["wide", "wide"], ["scores"]),
            ],
        },
        "its answer is not finite",
        id="more than float32 holds",
    ),
    pytest.param(
        {"after": [helper.make_node("MaxPool", ["conv"], ["scores"], kernel_shape=[5, 5])]},
        "its answer is [1, 3, 0, 2], the class table has 3 outputs",
        id="no pixel",
    ),
]


@pytest.mark.parametrize(("changes", "message"), [*INPUTS, *OUTPUTS])
def test_a_network_that_does_not_fit(
    changes: dict, message: str, save_network: SaveNetwork
) -> None:
    refused(save_network(**{"table": TABLE} | changes), message)


def test_one_that_fails_on_some_pictures_alone(
    save_network: SaveNetwork, picture: np.ndarray
) -> None:
    """A root of a dark picture's channels is no number. The next picture is answered again."""
    root = helper.make_node("Sqrt", ["conv"], ["scores"])
    path = save_network(bias=[-0.1, 0, 0], after=[root], table=TABLE)
    network = SemanticNetwork(path, OURS)
    bright = np.maximum(picture, 100)
    before = network.scores(bright)
    for spot in ((0, 0), (3, 5)):
        dark = bright.copy()
        dark[spot] = 0
        with pytest.raises(ClassScorerError, match="its answer is not finite") as caught:
            network.scores(dark)
        assert str(path) in str(caught.value)
    np.testing.assert_array_equal(network.scores(bright), before)


def test_one_that_cannot_run_at_the_tables_size(save_network: SaveNetwork) -> None:
    """The engine fails at its first run: at the start, and not at the first hard frame."""
    halves = helper.make_node("Split", ["conv"], ["scores", "rest"], axis=3, num_outputs=2)
    pair = helper.make_node("Add", ["scores", "rest"], ["sum"])
    path = save_network(
        inputs=[("rgb", (1, 3, "height", "width"))],
        outputs=("sum",),
        after=[halves, pair],
        table=TABLE.replace("input: {", "input: {size: [4, 5], "),
    )
    refused(path, "onnxruntime: ")


def test_our_classes_are_others(save_network: SaveNetwork) -> None:
    path = save_network(table=TABLE)
    with pytest.raises(ClassScorerError, match=r"network\.yaml: classes has red, green, blue"):
        SemanticNetwork(path, ("belt", "part"))
