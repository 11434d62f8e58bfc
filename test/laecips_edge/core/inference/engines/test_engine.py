"""What holds of every engine."""

import re
from pathlib import Path

import numpy as np
import pytest
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.inference.engines import (
    ENGINE_NAMES,
    EngineError,
    create_engine,
    precision_of,
)
from laecips_edge.core.inference.segmenter import Segmenter

SHIPPED = Path(__file__).parents[5] / "laecips_bringup"
STEP = {"fp32": 2.0**-23, "bf16": 2.0**-8}
"""How far a number may be from the one that is meant, relatively."""


@pytest.fixture(params=ENGINE_NAMES, scope="module")
def engine(request):
    return request.param


@pytest.fixture(scope="module")
def miner(engine, tiny_bundle):
    return create_engine(engine, tiny_bundle.graph_h, tiny_bundle.weights("h"))


@pytest.fixture(scope="module")
def shipped():
    return Bundle.load(SHIPPED / "bundles" / "inspection")


def test_outputs_come_by_name(miner):
    outputs = miner.run({"logits": np.zeros((1, 4, 24, 32), np.float32)})
    assert outputs.keys() == {"h"}
    assert outputs["h"].shape == (1,)
    assert outputs["h"].dtype == np.float32


def test_inputs_and_outputs_are_said(miner):
    assert miner.inputs == {"logits": (1, 4, 24, 32)}
    assert miner.outputs == ("h",)


def test_it_computes_in_what_it_says(engine, summer):
    made, precision = create_engine(engine, summer.SerializeToString(), {}), precision_of(engine)
    x = np.full((1, 64), 1 + 2.0**-12, np.float32)
    difference = abs(float(made.run({"x": x})["y"][0, 0]) / 64 - x[0, 0])
    assert difference <= STEP[precision]
    assert precision == "fp32" or difference > STEP["fp32"]


@pytest.mark.parametrize("threads", [1, 2, 64])
def test_threads(engine, summer, threads):
    made = create_engine(engine, summer.SerializeToString(), {}, threads=threads)
    assert made.run({"x": np.ones((1, 64), np.float32)})["y"].tolist() == [[64] * 8]


def test_weights_belong_to_the_engine(engine, tiny_bundle):
    weights = tiny_bundle.weights("h")
    made = create_engine(engine, tiny_bundle.graph_h, weights)
    logits = np.ones((1, 4, 24, 32), np.float32)
    before = made.run({"logits": logits})["h"]
    weights.clear()
    np.testing.assert_array_equal(made.run({"logits": logits})["h"], before)


@pytest.mark.parametrize(
    "inputs",
    [
        {},
        {"image": np.zeros((1, 4, 24, 32), np.float32)},
        {"logits": np.zeros((1, 4, 24, 31), np.float32)},
        {"logits": np.zeros((1, 4, 24, 32), np.float64)},
        {"logits": np.zeros((4, 24, 32), np.float32)},
        {"logits": np.zeros((1, 4, 24, 32), np.float32), "image": np.zeros(1, np.float32)},
    ],
)
def test_wrong_inputs_name_the_right_ones(miner, inputs):
    with pytest.raises(EngineError, match=r"inputs must be \{'logits': \(1, 4, 24, 32\)\}"):
        miner.run(inputs)


@pytest.mark.parametrize(
    "change",
    [
        lambda weights: weights.pop("fc.weight"),
        lambda weights: weights.update(other=np.zeros(3, np.float32)),
        lambda weights: weights.update({"fc.weight": np.zeros((1, 3), np.float32)}),
    ],
    ids=["missing", "unexpected", "other shape"],
)
def test_graph_and_weights_must_fit(engine, tiny_bundle, change):
    weights = tiny_bundle.weights("h")
    change(weights)
    message = rf"{engine}: cannot assemble the network \(.+\); its graph and its weights must"
    with pytest.raises(EngineError, match=message) as caught:
        create_engine(engine, tiny_bundle.graph_h, weights)
    assert "\n" not in str(caught.value)


def test_weights_of_another_network(engine, tiny_bundle):
    with pytest.raises(EngineError, match=f"{engine}: cannot assemble the network"):
        create_engine(engine, tiny_bundle.graph_h, tiny_bundle.weights("f"))


@pytest.mark.parametrize("graph", [b"not a graph", b""])
def test_what_is_no_graph(engine, tiny_bundle, graph):
    with pytest.raises(EngineError, match="cannot assemble the network"):
        create_engine(engine, graph, tiny_bundle.weights("h"))


def test_an_operator_that_there_is_not(engine, doubler):
    doubler.graph.node[0].op_type = "Nonsense"
    with pytest.raises(EngineError, match=r"cannot assemble the network .*Nonsense") as caught:
        create_engine(engine, doubler.SerializeToString(), {})
    assert "\n" not in str(caught.value)


def test_a_length_may_be_left_open(engine, doubler):
    made = create_engine(engine, doubler.SerializeToString(), {})
    assert made.inputs == {"x": (1, 2, None, None)}
    assert made.outputs == ("z", "y")
    for size in ((1, 5), (3, 10), (50, 1)):
        x = np.random.default_rng(0).random((1, 2, *size)).astype(np.float32)
        answers = made.run({"x": x})
        np.testing.assert_allclose(answers["y"], 2 * x, rtol=STEP[precision_of(engine)])
        assert answers["z"].shape == (x.size // 10, 10)


@pytest.mark.parametrize("shape", [(1, 3, 4, 5), (2, 2, 4, 5), (1, 2, 4), (1, 2, 4, 5, 6), ()])
def test_what_is_not_open_must_fit(engine, doubler, shape):
    made = create_engine(engine, doubler.SerializeToString(), {})
    message = r"inputs must be \{'x': \(1, 2, None, None\)\} of float32, got \{'x': " + re.escape(
        str(shape)
    )
    with pytest.raises(EngineError, match=message):
        made.run({"x": np.zeros(shape, np.float32)})


def test_a_run_that_fails_is_told_in_one_line_and_the_next_one_is_answered(engine, ten_wide):
    made = create_engine(engine, ten_wide.SerializeToString(), {})
    for _ in range(2):
        with pytest.raises(EngineError, match=f"{engine}: .*Add") as caught:
            made.run({"x": np.zeros((1, 2, 4, 3), np.float32)})
        assert "\n" not in str(caught.value)
        answer = made.run({"x": np.zeros((1, 2, 4, 10), np.float32)})["y"]
        np.testing.assert_array_equal(answer[0, 1, 3], range(10))


def test_a_size_that_a_reshape_does_not_take(engine, doubler):
    made = create_engine(engine, doubler.SerializeToString(), {})
    with pytest.raises(EngineError, match=f"{engine}: .*[Rr]eshape") as caught:
        made.run({"x": np.zeros((1, 2, 1, 3), np.float32)})
    assert "\n" not in str(caught.value)
    assert made.run({"x": np.zeros((1, 2, 1, 5), np.float32)})["z"].shape == (1, 10)


def test_answers_stay_what_they_were(engine, doubler):
    made = create_engine(engine, doubler.SerializeToString(), {})
    first = made.run({"x": np.ones((1, 2, 1, 5), np.float32)})
    made.run({"x": np.zeros((1, 2, 1, 5), np.float32)})
    np.testing.assert_array_equal(first["y"], 2)


def test_arrays_need_not_lie_in_one_piece(engine, doubler):
    made = create_engine(engine, doubler.SerializeToString(), {})
    x = np.arange(40, dtype=np.float32).reshape(1, 2, 4, 5)[:, :, ::-1]
    np.testing.assert_array_equal(made.run({"x": x})["y"], 2 * x)


def test_names_are_those_of_the_graph(engine, echo):
    made = create_engine(engine, echo.SerializeToString(), {})
    assert made.inputs == {"unread": (1, 2), "x": (1, 3)}
    x = np.array([[1, 2, 3]], np.float32)
    answers = made.run({"x": x, "unread": np.zeros((1, 2), np.float32)})
    assert tuple(answers) == made.outputs == ("again", "itself", "y")
    for name, times in (("again", 2), ("itself", 1), ("y", 2)):
        np.testing.assert_array_equal(answers[name], times * x)


def test_a_graph_that_wants_another_type_is_refused(engine, from_bytes):
    with pytest.raises(EngineError, match=f"{engine}: .*(?i:uint8)"):
        create_engine(engine, from_bytes.SerializeToString(), {}).run(
            {"x": np.full((1, 3), 0.5, np.float32)}
        )


def test_weights_may_lie_in_a_folder(engine, beside, monkeypatch):
    graph = (beside / "doubler.onnx").read_bytes()
    monkeypatch.chdir("/")
    made = create_engine(engine, graph, {}, folder=beside)
    x = np.ones((1, 2, 1, 5), np.float32)
    np.testing.assert_array_equal(made.run({"x": x})["y"], 2 * x)


def test_weights_that_do_not_lie_there(engine, beside, tmp_path_factory):
    graph = (beside / "doubler.onnx").read_bytes()
    with pytest.raises(EngineError, match=r"cannot assemble the network .*numbers"):
        create_engine(engine, graph, {}, folder=tmp_path_factory.mktemp("empty"))


def test_weights_that_end_early(engine, beside):
    graph = (beside / "doubler.onnx").read_bytes()
    (beside / "numbers").write_bytes(b"1")
    with pytest.raises(EngineError, match=r"cannot assemble the network .*two"):
        create_engine(engine, graph, {}, folder=beside)


def test_weights_that_nobody_gives(engine, beside):
    graph = (beside / "doubler.onnx").read_bytes()
    with pytest.raises(EngineError, match=r"cannot assemble the network .*two"):
        create_engine(engine, graph, {})


def test_every_engine_may_run_the_shipped_bundle(engine, shipped):
    segmenter = Segmenter(shipped, engine=engine)
    segmenter.self_test()
    for frame in shipped.agreement():
        labels = segmenter.logits(frame.rgb, frame.depth).argmax(axis=0)
        assert (labels == frame.label_map).mean() >= 0.99


def test_engines_agree_on_the_shipped_teacher(shipped):
    folder = SHIPPED / "teachers" / "inspection"
    graph = (folder / "quick.onnx").read_bytes()
    made = [create_engine(name, graph, {}, folder=folder.resolve()) for name in ENGINE_NAMES]
    ((name, (_, _, height, width)),) = made[0].inputs.items()
    picture = shipped.agreement()[0].rgb[:height, :width].astype(np.float32)
    inputs = {name: ((picture - 127.5) / 64).transpose(2, 0, 1)[np.newaxis]}
    answers = [one.run(inputs)[one.outputs[0]].argmax(axis=1) for one in made]
    assert len(np.unique(answers[0])) > 2
    for answer in answers[1:]:
        assert (answer == answers[0]).mean() >= 0.99
