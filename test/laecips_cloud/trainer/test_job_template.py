"""What every training of a trainer has in common: here, its seed."""

from dataclasses import replace
from pathlib import Path

import pytest
from laecips_cloud.library.model_library import ModelLibrary
from laecips_cloud.trainer.job_template import JobTemplate
from laecips_cloud.training.online.settings import SEEDS, OnlineTraining
from laecips_edge.core.bundle.bundle import Bundle


@pytest.mark.parametrize(("seed", "of_the_second"), [(0, 2), (100, 102), (SEEDS - 1, 1)])
def test_each_version_has_a_seed_of_its_own_that_is_in_range(
    tmp_path: Path, tiny_bundle: Bundle, seed: int, of_the_second: int
) -> None:
    library = ModelLibrary(tmp_path / "library")
    library.take_in(tiny_bundle)
    template = JobTemplate(
        buffer=tmp_path / "replay.sqlite",
        max_lessons=8,
        source=tmp_path / "source",
        source_frames=6,
        engine="onnxruntime",
        settings=OnlineTraining(steps=9, seed=seed),
    )
    version = template.begin(library, trigger="buffer", last_row=1, now_ns=1)
    assert version == 2
    job = template.job(library.ledger, version=version, trigger="buffer", last_row=1)
    library.close()
    assert job.settings == replace(template.settings, seed=of_the_second)
