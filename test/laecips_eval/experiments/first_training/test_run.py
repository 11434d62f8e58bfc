from pathlib import Path
from typing import Any

import pytest
from laecips_eval.experiments.first_training import run as run_module
from laecips_eval.experiments.first_training.measure import Run
from laecips_eval.experiments.first_training.picture_sets import PictureSet
from laecips_eval.experiments.first_training.run import TrainingPlan, read_runs, run_missing


def plan(**options: Any) -> TrainingPlan:
    usual: dict[str, Any] = {
        "sets": None, "variants": ["earlier"], "seconds": [5.0], "most_steps": None, "seeds": [0],
    }  # fmt: skip
    return TrainingPlan.of({"camvid": Path("/nowhere")}, **usual | options)


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, int]]:
    """Instead of trainings: which were asked for."""
    asked: list[tuple[str, str, int]] = []

    def measure(pictures: str, variant: str, *, seconds: float, most_steps: int, seed: int) -> Run:
        asked.append((pictures, variant, seed))
        return Run(
            pictures=pictures, variant=variant, seconds=seconds, seed=seed, steps=7,
            most_steps=most_steps, parameters=9,
            miou=0.5, miou_views=0.25, miou_met=None, iou=[0.5], precision=[1.0], recall=[None],
        )  # fmt: skip

    def open_set(name: str, roots: Any) -> PictureSet:
        return name  # type: ignore[return-value]

    monkeypatch.setattr(run_module, "measure", measure)
    monkeypatch.setattr(run_module, "open_set", open_set)
    monkeypatch.setattr(run_module, "FrameFolder", Path)
    return asked


def test_finished_runs_are_not_made_again(
    tmp_path: Path, measured: list[tuple[str, str, int]]
) -> None:
    lines: list[str] = []
    run_missing(tmp_path, plan(), progress=lines.append)
    assert measured == [("inspection", "earlier", 0), ("camvid", "earlier", 0)]
    assert lines[-1] == ("camvid.earlier.5s.0: mIoU 0.500, drifted views 0.250, 7 steps")
    measured.clear()
    run_missing(tmp_path, plan(seeds=[0, 1], sets=["camvid"]), progress=lines.append)
    assert measured == [("camvid", "earlier", 1)]
    run_missing(tmp_path, plan(most_steps=9, sets=["camvid"]), progress=lines.append)
    assert measured[1:] == [("camvid", "earlier", 0)], "another number of steps is another run"
    assert [(run.pictures, run.seed) for run in read_runs(tmp_path)] == [
        ("camvid", 0),
        ("camvid", 1),
        ("camvid", 0),
        ("inspection", 0),
    ]


def test_what_is_not_there_is_left_out_with_a_line(
    tmp_path: Path, measured: list[tuple[str, str, int]]
) -> None:
    lines: list[str] = []
    nothing = TrainingPlan.of(
        {}, sets=None, variants=["earlier"], seconds=[5.0], most_steps=None, seeds=[0]
    )
    run_missing(tmp_path, nothing, progress=lines.append)
    assert lines[0].startswith("camvid is left out: ")
    assert [name for name, _, _ in measured] == ["inspection"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sets": ["mars"]}, "--sets: no 'mars'; there are inspection, camvid"),
        ({"variants": ["magic"]}, "--recipes: no 'magic'; there are "),
        ({"most_steps": 0}, "--steps is 0: give at least 1"),
        ({"seconds": [0.0]}, "--seconds is 0.0: give more than 0"),
    ],
)
def test_what_cannot_be_run(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        plan(**options)


def test_a_file_that_is_no_run_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ValueError, match=r"a\.json: is no run of first-training"):
        read_runs(tmp_path)
