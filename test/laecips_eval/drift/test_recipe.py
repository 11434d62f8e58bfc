"""Recipes of a drift: what is read, and what is refused and why."""

from pathlib import Path

import pytest
from laecips_eval.drift.recipe import AS_TAKEN, Dials, DriftError, DriftSegment, read_recipe

EXAMPLE = Path(__file__).resolve().parents[3] / "config" / "drift.yaml"


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "drift.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_example() -> None:
    recipe = read_recipe(EXAMPLE)
    assert recipe.segments[0].name == "as_taken"
    assert recipe.unit == "share"
    assert recipe.segments[0].dials(0.5) == AS_TAKEN
    half = recipe.segments[1].dials(0.5)
    assert half == Dials(dimming=0.375, warmth=0.4, noise=0.2)
    told = "dimming 0 to 0.75, warmth 0 to 0.8, noise 0.2"
    assert recipe.segments[1].told() == told


def test_every_dial_has_a_ramp() -> None:
    assert set(Dials.model_fields) == set(DriftSegment.model_fields) - {
        *("name", "share", "frames", "seconds")
    }


def test_its_json_is_the_recipe(tmp_path: Path) -> None:
    recipe = read_recipe(EXAMPLE)
    assert read_recipe(written(tmp_path, recipe.to_json())) == recipe


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("segments: [{name: a, fog: 1}]", r"segment 1, fog is not known; there are name, share"),
        ("sedes: 1\nsegments: [{name: a}]", "sedes is not known; there are segments, seed$"),
        ("segments: [{name: a, blur: 1.5}]", r"segment 1, blur is 1.5; write a number in 0 to 1"),
        ("segments: [{name: a, blur: [0, 1, 2]}]", "segment 1, blur is .*; write a number in 0 to"),
        ("segments: [{name: a, blur: much}]", "segment 1, blur is 'much'; write a number in 0 to"),
        ("segments: [{dust: 1}]", "segment 1, name is missing"),
        ("segments: [{name: a, share: 2}]", "segment 1, share is 2: input should be less"),
        ("segments: []", r"segments is \[\]: list should have at least 1 item"),
        ("segments: [dark]", "segment 1 is no mapping; write `segments: "),
        ("seed: 1", "segments is missing"),
        ("seed: -1\nsegments: [{name: a}]", "seed is -1: input should be greater"),
        ("- a", "it is no mapping; write `segments:"),
        ("segments: [{name: a}, {name: a}]", "two segments are named a: give each"),
        ("segments: [{name: 'a,b'}]", "segment 1, name is 'a,b': write a name without commas"),
        (
            "segments: [{name: a, share: 0.5}, {name: b, frames: 5}]",
            "segment b has frames, another has share: give all lengths in one of them",
        ),
        ("segments: [", "not YAML"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(DriftError, match=f"drift.yaml: {why}") as caught:
        read_recipe(written(tmp_path, text))
    assert "\n" not in str(caught.value)


def test_a_recipe_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DriftError, match="No such file or directory"):
        read_recipe(tmp_path / "nothing.yaml")
