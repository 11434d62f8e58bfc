"""Frames under a drift, in any order."""

import numpy as np
from laecips_edge.core.image.codecs import decode_rgb
from laecips_eval.drift.perturb import Perturbation
from laecips_eval.drift.plan import plan
from laecips_eval.drift.recipe import DriftRecipe

RECIPE = DriftRecipe.model_validate(
    {
        "segments": [
            {"name": "as_taken", "frames": 1},
            {"name": "noisy", "frames": 2, "noise": 0.5, "shadow": [0.2, 0.9]},
            {"name": "moved", "camera": 0.8, "jpeg": [0, 1]},
        ]
    }
)


def test_a_frame_is_the_same_in_any_order(blocks: np.ndarray) -> None:
    rgb = blocks
    forth = [Perturbation(plan(RECIPE, 6)).pixels(index, rgb) for index in range(6)]
    drift = Perturbation(plan(RECIPE, 6))
    back = [drift.pixels(index, rgb) for index in reversed(range(6))][::-1]
    assert all(np.array_equal(a, b) for a, b in zip(forth, back, strict=True))
    assert [drift.touches(index) for index in range(6)] == [False] + [True] * 5
    assert forth[0] is rgb
    assert not np.array_equal(forth[1], forth[2])
    other = Perturbation(plan(RECIPE.model_copy(update={"seed": 1}), 6))
    assert not np.array_equal(other.pixels(1, rgb), forth[1])


def test_the_truth_moves_with_the_camera(blocks: np.ndarray) -> None:
    rgb, drift = blocks, Perturbation(plan(RECIPE, 6))
    label = (rgb[:, :, 0] // 64).astype(np.uint8)
    assert drift.label(1, label) is label
    moved, seen = drift.label(3, label), drift.picture(3, rgb)
    outside = moved == 255
    assert 0 < outside.mean() < 0.3
    # Inside a block the moved label is that of the moved colour.
    same = moved == seen[:, :, 0] // 64
    assert same[~outside].mean() > 0.8
    assert (label == seen[:, :, 0] // 64).mean() < 0.6


def test_jpeg_leaves_traces_only_where_its_dial_is_up(blocks: np.ndarray) -> None:
    rgb, drift = blocks, Perturbation(plan(RECIPE, 6))
    assert np.array_equal(drift.pixels(3, rgb), drift.picture(3, rgb))
    assert np.array_equal(drift.pixels(5, rgb), decode_rgb(drift.jpeg(5, rgb)))
    assert len(drift.jpeg(5, rgb)) < len(drift.jpeg(3, rgb)) / 3
