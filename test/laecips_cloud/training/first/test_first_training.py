from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from laecips_cloud.training.data.labelled_frames import LabelledFrames
from laecips_cloud.training.first import stages
from laecips_cloud.training.first.first_training import first_training
from laecips_cloud.training.first.measured_pair import FirstTrainingResult
from laecips_cloud.training.first.settings import FirstTraining
from laecips_cloud.training.steps.train_segmenter import SegmenterRecipe
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.inference.segmenter import Segmenter
from laecips_edge.core.routing.policy import Policy

SETTINGS = FirstTraining(
    input_size=(64, 96),
    width=0.125,
    miner_width=0.125,
    folds=2,
    steps=12,
    miner_steps=10,
    variants=1,
)
ToyFrames = Callable[..., LabelledFrames]


def keep_f(image: np.ndarray, logits: np.ndarray) -> np.ndarray:
    """A cloud that answers as f's coarse argmax does."""
    coarse = logits.argmax(axis=0).astype(np.uint8)
    return coarse.repeat(4, axis=0).repeat(4, axis=1)


def train(
    toy_frames: ToyFrames, path: Path, **options: object
) -> tuple[FirstTrainingResult, list[str]]:
    torch.set_num_threads(1)
    lines: list[str] = []
    outcome = first_training(
        toy_frames(count=6),
        toy_frames(count=6, seed=1),
        settings=SETTINGS,
        assist=keep_f,
        path=path,
        checkpoints=path.with_name("kept"),
        name="toy",
        progress=lines.append,
        **options,  # type: ignore[arg-type]
    )
    return outcome, lines


@pytest.mark.slow
def test_a_bundle_that_loads_tests_itself_and_decides(
    toy_frames: ToyFrames, tmp_path: Path
) -> None:
    outcome, lines = train(toy_frames, tmp_path / "toy")
    bundle = Bundle.load(tmp_path / "toy", classes=toy_frames(count=1).classes)
    segmenter = Segmenter(bundle)
    segmenter.self_test()
    manifest = bundle.manifest
    assert (manifest.version, manifest.parent, manifest.width) == (1, None, 0.125)
    assert len(bundle.agreement()) == 3
    assert set(manifest.thresholds) == {"laecips", "spp", "sm", "mess", "eiou", "random"}
    assert manifest.thresholds["laecips"] == manifest.delta
    assert manifest.training["hard_share"] == pytest.approx(outcome.rule.share, abs=1e-4)
    assert manifest.training["hard_gain"] == pytest.approx(outcome.rule.gain, abs=1e-4)
    assert len(manifest.quantiles) == 21
    assert set(outcome.miners) == {"laecips", "spp", "sm", "mess", "eiou"}
    logits = segmenter.predict(toy_frames(count=1)[0].image).logits
    for name in manifest.thresholds:
        policy = Policy(name, manifest=manifest)
        assert 0 <= policy.decide(logits, h=segmenter.trust, stamp_ns=1).trust <= 1
    assert any(line.startswith("fold 2 of 2: ") for line in lines)


@pytest.mark.slow
def test_a_training_that_was_stopped_goes_on_and_ends_the_same(
    toy_frames: ToyFrames, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stages, "MOST_FOLD_ROWS", 8)  # two frames of each fold, in two views
    whole, lines = train(toy_frames, tmp_path / "whole")
    assert "fold 2 of 2: f and F label 2 frames" in lines
    assert "h is trained on 8 rows of the folds" in lines

    def stop(*args: object, **options: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(stages, "train_miner", stop)  # f and the folds are done by then
        with pytest.raises(KeyboardInterrupt):
            train(toy_frames, tmp_path / "stopped")
    assert not (tmp_path / "stopped").exists()
    resumed, lines = train(toy_frames, tmp_path / "stopped", resume=True)
    assert not any("of the training" in line for line in lines if not line.startswith("h:"))
    for network in ("f", "h"):
        one, two = whole.bundle.weights(network), resumed.bundle.weights(network)
        assert all(np.array_equal(one[name], two[name]) for name in one)
    assert whole.bundle.manifest == resumed.bundle.manifest


def test_a_training_of_other_pictures_is_not_resumed(
    toy_frames: ToyFrames, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(stages, "train_segmenter", stop)
    with pytest.raises(KeyboardInterrupt):
        train(toy_frames, tmp_path / "toy")
    with pytest.raises(KeyboardInterrupt):
        train(toy_frames, tmp_path / "toy", resume=True)
    with pytest.raises(ValueError, match="holds a training with other settings or pictures"):
        train(partial(toy_frames, size=(96, 96)), tmp_path / "toy", resume=True)


def test_f_and_the_folds_see_as_many_pictures_in_another_light_as_was_asked(
    toy_frames: ToyFrames, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shares: list[float] = []

    def train(*_: object, recipe: SegmenterRecipe, **__: object) -> None:
        shares.append(recipe.relit)
        if len(shares) == 3:  # f and two folds
            raise KeyboardInterrupt

    monkeypatch.setattr(stages, "train_segmenter", train)
    with pytest.raises(KeyboardInterrupt):
        first_training(
            toy_frames(count=6),
            toy_frames(count=6, seed=1),
            settings=replace(SETTINGS, light=0.1),
            assist=keep_f,
            path=tmp_path / "toy",
            checkpoints=tmp_path / "kept",
            name="toy",
        )
    assert shares == [0.1] * 3


@pytest.mark.parametrize(
    ("frames", "held_out", "message"),
    [(1, 1, "1 frames and 1 held-out ones are too few"), (4, 1, "1 held-out ones are too few")],
)
def test_too_few_frames(
    toy_frames: ToyFrames, tmp_path: Path, frames: int, held_out: int, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        first_training(
            toy_frames(count=frames),
            toy_frames(count=held_out),
            settings=SETTINGS,
            assist=keep_f,
            path=tmp_path / "toy",
            checkpoints=tmp_path / "kept",
            name="toy",
        )


def test_a_folder_that_is_something_else_is_refused_before_the_training(
    toy_frames: ToyFrames, tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ValueError, match="exists and is not a bundle"):
        train(toy_frames, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_settings_out_of_range_are_named() -> None:
    with pytest.raises(ValueError, match="folds is 1"):
        FirstTraining(folds=1)
    assert FirstTraining(folds=0).seconds_of_a_fold > 0
    with pytest.raises(ValueError, match="minutes is -3"):
        FirstTraining(minutes=-3)


def test_a_time_limit_is_shared_out() -> None:
    timed = FirstTraining(minutes=10, folds=3)
    spent = timed.seconds_of_f + 3 * timed.seconds_of_a_fold + timed.seconds_of_h
    assert 0.7 * 600 < spent < 600
    assert FirstTraining().seconds_of_f == float("inf")
