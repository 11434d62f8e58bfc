from pathlib import Path

import pytest
import torch
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
