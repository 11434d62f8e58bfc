"""A teacher learns, is measured on what it has not seen, and its training can go on."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from laecips_cloud.export.scorer_export import export_scorer
from laecips_cloud.metrics import ConfusionMatrix
from laecips_cloud.training.data.labelled_frames import LabelledFrame, LabelledFrames
from laecips_cloud.training.first import teacher_training as module
from laecips_cloud.training.first.teacher_training import (
    TaughtTeacher,
    TeacherTraining,
    teacher_training,
)

pytestmark = pytest.mark.slow

SIZE = (64, 96)
SETTINGS = TeacherTraining(input_size=SIZE, width=0.125, steps=3, variants=1)
ToyFrames = Callable[..., LabelledFrames]


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


def teach(
    toy_frames: ToyFrames,
    checkpoints: Path,
    *,
    settings: TeacherTraining = SETTINGS,
    resume: bool = False,
    count: int = 3,
    seed: int = 0,
) -> tuple[TaughtTeacher, list[str]]:
    lines: list[str] = []
    taught = teacher_training(
        toy_frames(count=count, seed=seed),
        toy_frames(count=3, seed=1),
        settings=settings,
        checkpoints=checkpoints,
        resume=resume,
        progress=lines.append,
    )
    return taught, lines


def same(one: TaughtTeacher, two: TaughtTeacher) -> bool:
    """Bit for bit."""
    weights = one.network.state_dict(), two.network.state_dict()
    return (
        all(torch.equal(weight, weights[1][name]) for name, weight in weights[0].items())
        and one.temperature == two.temperature
        and np.array_equal(one.as_they_are.counts, two.as_they_are.counts)
        and np.array_equal(one.drifted.counts, two.drifted.counts)
    )


def test_it_learns_what_it_has_not_seen(toy_frames: ToyFrames, tmp_path: Path) -> None:
    settings = replace(SETTINGS, steps=60)
    taught, lines = teach(toy_frames, tmp_path / "c", settings=settings, count=8)
    assert not taught.network.training
    assert taught.network.classes == 3
    assert taught.as_they_are.miou() > 0.5
    assert 0.25 <= taught.temperature <= 4
    assert lines[0] == "reading 8 frames and 3 held-out ones"
    assert lines[1].startswith("teacher:   0% of the training, loss ")
    assert lines[-1] == "measuring on 3 held-out frames"
    # Every labelled pixel at stride counts once in each.
    pixels = 3 * (SIZE[0] // 4) * (SIZE[1] // 4)
    for matrix in (taught.as_they_are, taught.drifted):
        assert 0 < matrix.counts.sum() <= pixels


def test_what_it_made_is_a_class_scorer(toy_frames: ToyFrames, tmp_path: Path) -> None:
    taught, _ = teach(toy_frames, tmp_path / "c")
    frames = toy_frames(count=3, seed=1)
    scorer = export_scorer(
        taught.network,
        tmp_path / "teacher",
        classes=frames.classes,
        input_size=SIZE,
        temperature=taught.temperature,
    )
    matrix = ConfusionMatrix(3)
    for index in range(len(frames)):
        scores = scorer.scores(frames[index].image)
        np.testing.assert_allclose(scores.sum(axis=0), 1, atol=1e-5)
        matrix.add(scores.argmax(axis=0).astype(np.uint8), frames[index].label)
    assert matrix.miou() == pytest.approx(taught.as_they_are.miou(), abs=0.05)


def test_a_seed_teaches_the_same_on_one_thread(toy_frames: ToyFrames, tmp_path: Path) -> None:
    one, _ = teach(toy_frames, tmp_path / "one")
    torch.randn(5)  # whatever was drawn before
    two, _ = teach(toy_frames, tmp_path / "two")
    other, _ = teach(toy_frames, tmp_path / "other", settings=replace(SETTINGS, seed=1))
    assert same(one, two)
    assert not same(one, other)


def test_resuming_does_not_train_again(toy_frames: ToyFrames, tmp_path: Path) -> None:
    taught, _ = teach(toy_frames, tmp_path / "c")
    resumed, lines = teach(toy_frames, tmp_path / "c", resume=True)
    assert lines == ["reading 3 frames and 3 held-out ones", "measuring on 3 held-out frames"]
    assert same(taught, resumed)


def test_one_that_was_stopped_begins_anew(
    toy_frames: ToyFrames, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is one stage: either its weights are there, or nothing is."""
    taught, _ = teach(toy_frames, tmp_path / "whole")

    def stop(*args: object, **options: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, "train_segmenter", stop)
        with pytest.raises(KeyboardInterrupt):
            teach(toy_frames, tmp_path / "stopped")
    resumed, lines = teach(toy_frames, tmp_path / "stopped", resume=True)
    assert any("of the training" in line for line in lines)
    assert same(taught, resumed)


def test_without_resume_it_trains_again(toy_frames: ToyFrames, tmp_path: Path) -> None:
    teach(toy_frames, tmp_path / "c")
    _, lines = teach(toy_frames, tmp_path / "c", settings=replace(SETTINGS, steps=2))
    assert any("of the training" in line for line in lines)


@pytest.mark.parametrize(
    ("settings", "frames"),
    [
        pytest.param(replace(SETTINGS, steps=4), {}, id="steps"),
        pytest.param(replace(SETTINGS, seed=1), {}, id="seed"),
        pytest.param(replace(SETTINGS, input_size=(64, 64)), {}, id="size"),
        pytest.param(SETTINGS, {"count": 4}, id="count"),
        pytest.param(SETTINGS, {"seed": 7}, id="pictures"),
    ],
)
def test_weights_of_another_training_are_not_resumed(
    settings: TeacherTraining, frames: dict[str, int], toy_frames: ToyFrames, tmp_path: Path
) -> None:
    teach(toy_frames, tmp_path / "c")
    message = (
        "c: holds a training with other settings or pictures; give the same ones, or train without "
        "--resume"
    )
    with pytest.raises(ValueError, match=re.escape(message)):
        teach(toy_frames, tmp_path / "c", settings=settings, resume=True, **frames)


class OtherClasses:
    """Frames of somebody else's classes."""

    classes = ("ground", "blue", "red")
    palette = ((0, 0, 0), (0, 0, 255), (255, 0, 0))

    def __len__(self) -> int:
        return 1

    def __getitem__(self, index: int, /) -> LabelledFrame:
        raise IndexError(index)


@pytest.mark.parametrize(
    ("count", "held_out", "message"),
    [
        (0, 3, "teacher training: there must be frames, and held-out ones"),
        (3, 0, "teacher training: there must be frames, and held-out ones"),
        (3, None, "teacher training: the held-out frames have other classes than the frames"),
    ],
)
def test_frames_that_will_not_do(
    count: int, held_out: int | None, message: str, toy_frames: ToyFrames, tmp_path: Path
) -> None:
    others = OtherClasses() if held_out is None else toy_frames(count=held_out)
    with pytest.raises(ValueError, match=message):
        teacher_training(
            toy_frames(count=count), others, settings=SETTINGS, checkpoints=tmp_path / "c"
        )
    assert not (tmp_path / "c").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"input_size": (31, 480)}, "teacher training: input_size is (31, 480): out of range"),
        ({"width": 0.0}, "width is 0.0: out of range"),
        ({"width": float("nan")}, "width is nan: out of range"),
        ({"steps": 0}, "steps is 0: out of range"),
        ({"minutes": 0.0}, "minutes is 0.0: out of range"),
        ({"minutes": -3.0}, "minutes is -3.0: out of range"),
        ({"variants": -1}, "variants is -1: out of range"),
    ],
)
def test_settings_out_of_range_are_named(options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        TeacherTraining(**options)


def test_a_time_limit_leaves_some_for_the_held_out_frames() -> None:
    assert 0.9 * 600 < TeacherTraining(minutes=10).seconds < 600
    assert TeacherTraining().seconds == float("inf")
