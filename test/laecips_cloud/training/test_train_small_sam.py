"""A small SAM learns, the same each time, and a training that was stopped goes on as if not."""

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from laecips_cloud.networks.small_sam import SmallSamSizes, small_sam
from laecips_cloud.training.region_prompts import RegionPicture
from laecips_cloud.training.sam_exam import SamExam, ceiling, iou_at_full_size
from laecips_cloud.training.small_sam_settings import CurvePoint, SmallSamTraining
from laecips_cloud.training.train_small_sam import TrainedSam, train_small_sam

SIZES = SmallSamSizes(grid=8, patch=4, width=16, depth=2, heads=2, window=4, channels=16)
SETTINGS = SmallSamTraining(sizes=SIZES, steps=4, pictures=2, prompts=3, exam_every=2)


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


def scene(*, left: int = 4) -> RegionPicture:
    """A bright square on a dark ground."""
    regions = np.ones((32, 32), np.uint8)
    regions[8:24, left : left + 16] = 2
    picture = np.where(regions[..., None] == 2, [220, 180, 40], [30, 40, 60]).astype(np.uint8)
    return RegionPicture(picture, regions, 2)


SCENES = [scene(left=left) for left in (2, 6, 10)]


def teach(
    folder: Path, settings: SmallSamTraining = SETTINGS, **given: Any
) -> tuple[TrainedSam, list[str]]:
    lines: list[str] = []
    trained = train_small_sam(
        SCENES, SCENES[:1], settings=settings, folder=folder, progress=lines.append, **given
    )
    return trained, lines


def same(one: TrainedSam, other: TrainedSam) -> bool:
    theirs = other.sam.state_dict()
    return all(torch.equal(weight, theirs[name]) for name, weight in one.sam.state_dict().items())


def test_the_loss_falls_on_one_scene(tmp_path: Path) -> None:
    settings = replace(SETTINGS, steps=60, pictures=2, prompts=4, learning_rate=3e-3, exam_every=10)
    trained = train_small_sam(SCENES[:1], SCENES[:1], settings=settings, folder=tmp_path)
    first, *_, last = trained.curve
    assert last.loss < 0.7 * first.loss
    assert last.best_iou > first.best_iou


def test_the_same_twice_and_another_with_another_seed(tmp_path: Path) -> None:
    one, lines = teach(tmp_path / "one")
    two, _ = teach(tmp_path / "two", replace(SETTINGS, workers=2, exam_every=3))
    other, _ = teach(tmp_path / "other", replace(SETTINGS, seed=1))
    assert one.finished
    assert not one.sam.training
    assert [line.partition(":")[0] for line in lines] == [
        "step 2, 12 prompts",
        "step 4, 24 prompts",
    ]
    assert same(one, two)
    assert not same(one, other)


def test_one_that_was_stopped_goes_on_as_if_it_had_not_been(tmp_path: Path) -> None:
    whole, _ = teach(tmp_path / "whole")
    asked: list[int] = []

    def after_three() -> bool:
        asked.append(1)
        return len(asked) > 3

    part, _ = teach(tmp_path / "part", stop=after_three)
    assert not part.finished
    rest, lines = teach(tmp_path / "part", resume=True)
    assert lines[0] == "goes on after step 3"
    assert rest.finished
    assert same(whole, rest)
    assert [(p.step, p.prompts, p.best_iou) for p in rest.curve] == [
        (p.step, p.prompts, p.best_iou) for p in whole.curve
    ]
    assert rest.curve[-1].seconds > rest.curve[0].seconds
    again, lines = teach(tmp_path / "part", resume=True)
    assert again.finished
    assert same(whole, again)
    assert again.curve == rest.curve
    assert len(lines) == 1, "nothing was left to do"


def test_the_curve_is_a_table(tmp_path: Path) -> None:
    trained, _ = teach(tmp_path)
    with (tmp_path / "curve.csv").open(newline="", encoding="utf-8") as file:
        head, *rows = csv.reader(file)
    assert head == list(CurvePoint._fields)
    assert [[float(cell) for cell in row] for row in rows] == [list(p) for p in trained.curve]


def test_a_time_limit_ends_it(tmp_path: Path) -> None:
    trained, _ = teach(tmp_path, replace(SETTINGS, steps=10**9, minutes=1e-6))
    assert trained.finished
    assert trained.curve[-1].step == 1


def test_the_state_of_another_training_is_refused(tmp_path: Path) -> None:
    teach(tmp_path)
    with pytest.raises(ValueError, match="holds a training with other settings"):
        teach(tmp_path, replace(SETTINGS, prompts=4), resume=True)


def test_a_damaged_state_is_refused_with_what_to_do(tmp_path: Path) -> None:
    teach(tmp_path)
    (tmp_path / "state.pth").write_bytes(b"nothing of the kind")
    with pytest.raises(ValueError, match=r"state.pth: not the state .* train without --resume"):
        teach(tmp_path, resume=True)


def test_without_a_picture_there_is_nothing_to_learn(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no picture with regions to learn from"):
        train_small_sam([], SCENES, settings=SETTINGS, folder=tmp_path / "none")
    with pytest.raises(ValueError, match="at least one picture"):
        train_small_sam(SCENES, [], settings=SETTINGS, folder=tmp_path / "none")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("steps", 0),
        ("minutes", 0.0),
        ("pictures", 0),
        ("prompts", 0),
        ("learning_rate", 0.0),
        ("learning_rate", float("nan")),
        ("weight_decay", -1.0),
        ("exam_every", 0),
        ("workers", -1),
    ],
)
def test_settings_that_cannot_be(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"training of a small SAM: {name} is {value}: out of"):
        SmallSamTraining(**{name: value})  # type: ignore[arg-type]


def test_an_exam_marks_the_same_network_the_same_and_leaves_its_mode() -> None:
    exam, sam = SamExam(SCENES, mask=SIZES.mask), small_sam(SIZES)
    marks = exam.mark(sam)
    assert sam.training
    assert marks == exam.mark(sam.eval())
    assert 0.0 <= marks.rated <= marks.best <= 1.0


def test_iou_at_full_size() -> None:
    region = np.zeros((8, 8), bool)
    region[:, :4] = True
    left = np.array([[1.0, -1.0], [1.0, -1.0]], np.float32)
    assert iou_at_full_size(left, region) == 1.0
    assert iou_at_full_size(-left, region) == 0.0
    assert iou_at_full_size(np.full((2, 2), 1.0, np.float32), region) == 0.5


def test_a_ceiling_is_lower_for_smaller_masks() -> None:
    assert ceiling([scene(left=4)], mask=16) == 1.0, "edges lie between pixels"
    assert 0.8 < ceiling([scene(left=5)], mask=16) < 1.0
    assert ceiling([scene(left=5)], mask=8) < ceiling([scene(left=5)], mask=16)
