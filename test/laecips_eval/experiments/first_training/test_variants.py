import inspect

import pytest
from laecips_cloud.training.steps.train_segmenter import SegmenterRecipe
from laecips_eval.experiments.first_training.variants import RECIPE, VARIANTS

CHOSEN = {"input_size", "steps", "seconds", "seed", "frozen", "keep_norms", "moved"}


@pytest.mark.parametrize("name", VARIANTS)
def test_each_recipe_leaves_nothing_to_a_default_that_may_change(name: str) -> None:
    fields = VARIANTS[name].fields
    SegmenterRecipe(input_size=(64, 96), steps=1, **fields)
    assert set(inspect.signature(SegmenterRecipe).parameters) - CHOSEN == set(fields)


def test_the_recipe_is_what_a_first_training_uses() -> None:
    usual = SegmenterRecipe(input_size=(64, 96), steps=1)
    assert {name: getattr(usual, name) for name in VARIANTS[RECIPE].fields} == VARIANTS[
        RECIPE
    ].fields
