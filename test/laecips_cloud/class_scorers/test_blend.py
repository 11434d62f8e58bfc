"""Two opinions in one: what the blend of both is, and the scorer that makes it."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laecips_cloud.class_scorers import ClassScorerError
from laecips_cloud.class_scorers.blend import BlendScorer, blended
from laecips_cloud.class_scorers.semantic_network import SemanticNetwork

SaveNetwork = Callable[..., Path]


def pixel(*scores: float) -> np.ndarray:
    """Scores of one pixel: float32 [M, 1, 1]."""
    return np.array(scores, np.float32)[:, None, None]


@st.composite
def opinions(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, list[int]]:
    """f's scores and g's, of 1 to 5 classes, and which of them g does not know."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    classes = draw(st.integers(1, 5))
    shape = draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    sharpness = draw(st.sampled_from([0.05, 1.0, 20.0]))
    f = random.dirichlet(np.full(classes, sharpness), shape).transpose(2, 0, 1)
    unknown = draw(st.lists(st.integers(0, classes - 1), unique=True))
    # One class more: what g takes for none of ours.
    g = random.dirichlet(np.full(classes + 1, sharpness), shape).transpose(2, 0, 1)
    if draw(st.booleans()):
        g[-1] = 0
    g[unknown] = 0
    total = g.sum(axis=0)
    g = np.divide(g, total, out=np.zeros_like(g), where=total > 0)[:-1]
    return f.astype(np.float32), np.ascontiguousarray(g, np.float32), unknown


@given(opinions(), st.floats(0, 1))
def test_a_blend_is_of_scores_again(
    case: tuple[np.ndarray, np.ndarray, list[int]], weight: float
) -> None:
    f, g, unknown = case
    before = f.copy(), g.copy()
    scores = blended(f, g, cloud_weight=weight, unknown=unknown)
    assert scores.dtype == np.float32
    assert scores.min() >= 0
    np.testing.assert_allclose(scores.sum(axis=0), 1, atol=1e-5)
    np.testing.assert_array_equal(f, before[0])
    np.testing.assert_array_equal(g, before[1])


@given(opinions())
def test_without_weight_f_stands(case: tuple[np.ndarray, np.ndarray, list[int]]) -> None:
    f, g, unknown = case
    np.testing.assert_array_equal(blended(f, g, cloud_weight=0.0, unknown=unknown), f)


@given(opinions())
def test_with_all_weight_and_nothing_unknown_g_stands(
    case: tuple[np.ndarray, np.ndarray, list[int]],
) -> None:
    f, g, _ = case
    total = g.sum(axis=0)
    sure = np.divide(g, total, out=np.full_like(g, 1 / len(g)), where=total > 0)
    np.testing.assert_allclose(blended(f, sure, cloud_weight=1.0), sure, atol=1e-6)


@given(opinions(), st.floats(0, 1))
def test_it_is_linear_in_the_weight(
    case: tuple[np.ndarray, np.ndarray, list[int]], weight: float
) -> None:
    """What `BlendFit` relies on."""
    f, g, unknown = case
    alone = blended(f, g, cloud_weight=1.0, unknown=unknown)
    scores = blended(f, g, cloud_weight=weight, unknown=unknown)
    np.testing.assert_allclose(scores, (1 - weight) * f + weight * alone, atol=1e-6)


@pytest.mark.parametrize(
    ("f", "g", "weight", "unknown", "expected"),
    [
        pytest.param((0.8, 0.2), (0.4, 0.6), 0.25, [], (0.7, 0.3), id="the mean of both"),
        pytest.param((0.8, 0.2), (0, 1), 1.0, [], (0, 1), id="g alone"),
        pytest.param(
            (0.2, 0.3, 0.5), (0.5, 0.5, 0), 1.0, [2], (0.25, 0.25, 0.5), id="f says of the unknown"
        ),
        pytest.param(
            (0.2, 0.3, 0.5), (1, 0, 0), 0.5, [2], (0.35, 0.15, 0.5), id="half, and one unknown"
        ),
        pytest.param((0.2, 0.3, 0.5), (0, 0, 0), 1.0, [0, 1, 2], (0.2, 0.3, 0.5), id="all unknown"),
        pytest.param(
            (0.8, 0.2), (0, 0.5), 1.0, [], (0.4, 0.6), id="none of ours: shared out as by f"
        ),
        pytest.param((0.8, 0.2), (0, 0), 1.0, [], (0.8, 0.2), id="all of it none of ours"),
        pytest.param(
            (0.4, 0.1, 0.5),
            (0.3, 0.3, 0),
            1.0,
            [2],
            (0.15 + 0.2 * 0.4, 0.15 + 0.2 * 0.1, 0.5 + 0.2 * 0.5),
            id="unknown, and none of ours",
        ),
        pytest.param((0, 0, 1), (0.5, 0.5, 0), 1.0, [2], (0, 0, 1), id="f is sure of the unknown"),
    ],
)
def test_one_pixel(
    f: tuple[float, ...],
    g: tuple[float, ...],
    weight: float,
    unknown: list[int],
    expected: tuple[float, ...],
) -> None:
    scores = blended(pixel(*f), pixel(*g), cloud_weight=weight, unknown=unknown)
    np.testing.assert_allclose(scores, pixel(*expected), atol=1e-6)


# --- the scorer ---

OURS = ("red", "green", "pole")
TABLE = "outputs: [r, g, b]\nclasses: {red: [r], green: [g], pole: [], unknown: [b]}"
RGB = np.random.default_rng(0).integers(0, 256, (9, 7, 3), np.uint8)
F = np.random.default_rng(1).dirichlet(np.ones(3), (9, 7)).transpose(2, 0, 1).astype(np.float32)


@pytest.mark.parametrize(
    ("in_table", "option", "weight"),
    [
        pytest.param("\nblend: {cloud_weight: 0.75}", {}, 0.75, id="the table's"),
        pytest.param(
            "\nblend: {cloud_weight: 0.75}", {"cloud_weight": 0.5}, 0.5, id="the option's"
        ),
        pytest.param("\nblend: {cloud_weight: 0.75}", {"cloud_weight": 0.0}, 0.0, id="f alone"),
        pytest.param("", {"cloud_weight": 1.0}, 1.0, id="g alone"),
    ],
)
def test_the_weight(
    in_table: str, option: dict[str, float], weight: float, save_network: SaveNetwork
) -> None:
    path = save_network(weight=np.diag([3, 2, 1]), table=TABLE + in_table)
    g = SemanticNetwork(path, OURS).scores(RGB)
    scores = BlendScorer(OURS, model=str(path), **option).score(RGB, lambda: F)
    np.testing.assert_array_equal(scores, blended(F, g, cloud_weight=weight, unknown=[2]))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"model": ""}, "class scorer blend needs a network: set its option model"),
        (
            {},
            "network.onnx has no fitted weight; fit one (laecips fit-blend) or set the option "
            "cloud_weight",
        ),
        ({"cloud_weight": 1.5}, "class scorer blend: cloud_weight is 1.5: at most 1"),
        ({"cloud_weight": float("nan")}, "class scorer blend: cloud_weight is nan: at most 1"),
        ({"cloud_weight": float("inf")}, "class scorer blend: cloud_weight is inf: at most 1"),
        ({"model": "/nowhere.onnx"}, "class scorer blend: /nowhere.onnx: cannot be read"),
    ],
)
def test_what_cannot_be_made(options: dict, message: str, save_network: SaveNetwork) -> None:
    path = save_network(table=TABLE)
    with pytest.raises(ClassScorerError, match=re.escape(message)):
        BlendScorer(OURS, **{"model": str(path)} | options)
