"""Settings of the trainer: what they become, and what does not fit."""

from pathlib import Path
from typing import Any

import pytest
from laecips_cloud.trainer.job_template import JobTemplate
from laecips_cloud.trainer.trainer_settings import TrainerSettings
from laecips_cloud.trainer.triggers import Triggers
from laecips_cloud.training.online.settings import OnlineTraining


def test_what_they_become() -> None:
    settings = TrainerSettings.from_parameters(
        {
            "bundle": "~/bundle",
            "source": "~/frames",
            "max_lessons": 150,
            "engine": "openvino",
            "training.steps": 9,
            "training.rehearsal": 0.25,
        }
    )
    assert settings.recipe() == JobTemplate(
        buffer=Path.home() / ".ros/laecips/replay.sqlite",
        max_lessons=150,
        source=Path.home() / "frames",
        source_frames=400,
        engine="openvino",
        settings=OnlineTraining(steps=9, rehearsal=0.25),
    )
    assert settings.triggers() == Triggers(
        max_buffer=100, max_interval_s=1800.0, min_frames=30, calm_buffer=400
    )
    assert settings.bundle_path() == Path.home() / "bundle"
    assert settings.library_path() == Path.home() / ".ros/laecips/library"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"engine": "abacus"}, "parameter engine: 'abacus' is not known: use one of"),
        ({"nice": -1}, "parameter nice: -1 is out of range: give one from 0 to 19"),
        ({"training.dice": 1.5}, "parameter training.dice: 1.5 is out of range"),
        ({"training.miner_learning_rate": "1e-5"}, "'1e-5' is not a number"),
        ({"max_lessons": 99}, "parameter max_lessons is 99: trainings would leave new"),
        ({"calm_buffer": 99}, "calm_buffer is 99, must be 0 or at least max_buffer, which is 100"),
        ({"min_frames": 101}, "min_frames is 101, must be 2 to max_buffer, which is 100"),
    ],
)
def test_what_does_not_fit(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TrainerSettings.from_parameters(values)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "parameter source is empty: give a folder of labelled source frames"),
        ({"source": "x", "buffer_path": ""}, "parameter buffer_path is empty: give the replay"),
    ],
)
def test_paths_that_a_training_needs(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TrainerSettings(**values).recipe()


def test_paths_that_the_trainer_needs() -> None:
    with pytest.raises(ValueError, match="parameter bundle is empty: give the folder of the first"):
        TrainerSettings().bundle_path()
    with pytest.raises(ValueError, match="parameter library is empty: give a folder for the ver"):
        TrainerSettings(library="").library_path()
