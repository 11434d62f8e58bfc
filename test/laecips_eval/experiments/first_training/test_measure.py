from pathlib import Path
from typing import Any

import pytest
import torch
from laecips_cloud.metrics import ConfusionMatrix
from laecips_cloud.training.steps.train_segmenter import SegmenterRecipe
from laecips_eval.experiments.first_training import measure as module
from laecips_eval.experiments.first_training.measure import measure
from laecips_eval.experiments.first_training.picture_sets import open_set
from laecips_eval.experiments.first_training.variants import UNET


@pytest.mark.slow
@pytest.mark.parametrize("variant", ["earlier", UNET])
def test_a_run_trains_for_its_time_and_measures(camvid: Path, variant: str) -> None:
    torch.set_num_threads(1)
    pictures = open_set("camvid", {"camvid": camvid})
    run = measure(pictures, variant, seconds=1.5, most_steps=50, seed=3)
    assert (run.pictures, run.variant, run.seconds, run.seed) == ("camvid", variant, 1.5, 3)
    assert run.steps >= 1
    assert run.parameters > 500_000
    assert 0.0 <= run.miou <= 1.0
    assert 0.0 <= run.miou_views <= 1.0
    assert run.miou_met is None
    assert len(run.iou) == len(run.precision) == len(run.recall) == len(pictures.classes)


def test_a_coarse_network_is_trained_and_measured_at_two_thirds(
    camvid: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.set_num_threads(1)
    sizes = []
    score = module.score

    def train(*_: Any, recipe: SegmenterRecipe, **__: Any) -> None:
        sizes.append(recipe.input_size)

    def note(*arguments: Any, size: tuple[int, int]) -> ConfusionMatrix:
        sizes.append(size)
        return score(*arguments, size=size)

    monkeypatch.setattr(module, "train_segmenter", train)
    monkeypatch.setattr(module, "score", note)
    pictures = open_set("camvid", {"camvid": camvid})
    measure(pictures, "coarse", seconds=1, most_steps=1, seed=0)
    assert pictures.input_size == (96, 128)
    assert sizes == [(64, 85)] * 3
