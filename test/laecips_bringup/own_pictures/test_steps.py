from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from laecips_bringup.own_pictures.record import Record
from laecips_bringup.own_pictures.steps import NewPlan, Step, run_steps


class Commands:
    """Notes what was run, and leaves what the command would have made."""

    def __init__(self, *, fails: str = "") -> None:
        self.run: list[list[str]] = []
        self.fails = fails

    def __call__(self, arguments: Sequence[str]) -> int:
        self.run.append([*arguments])
        if arguments[0] == self.fails:
            return 130
        if "-o" in arguments:
            Path(arguments[arguments.index("-o") + 1]).mkdir()
        return 0


def steps_in(folder: Path) -> list[Step]:
    return [
        Step("check", ("dataset",)),
        Step("train", ("train", "-o", str(folder / "bundle")), folder / "bundle", resumes=True),
        Step("bag", ("make-bag", "-o", str(folder / "bag")), folder / "bag"),
    ]


def run(folder: Path, commands: Commands, *, pictures: str = "p", steps: list[Step] | None = None):
    lines: list[str] = []
    status = run_steps(
        steps or steps_in(folder),
        Record(folder),
        pictures=pictures,
        command=commands,
        tell=lines.append,
    )
    return status, lines


def start(folder: Path) -> None:
    Record(folder).ask({})


def names(commands: Commands) -> list[str]:
    return [arguments[0] for arguments in commands.run]


def test_each_step_runs_once(tmp_path: Path) -> None:
    start(tmp_path)
    first, second = Commands(), Commands()
    assert run(tmp_path, first)[0] == 0
    assert names(first) == ["dataset", "train", "make-bag"]
    status, lines = run(tmp_path, second)
    assert (status, second.run) == (0, [])
    assert lines == [
        "[1/3] check: done before",
        "[2/3] train: done before",
        "[3/3] bag: done before",
    ]


def test_an_interrupted_training_goes_on(tmp_path: Path) -> None:
    start(tmp_path)
    assert run(tmp_path, Commands(fails="train"))[0] == 130
    again = Commands()
    assert run(tmp_path, again)[0] == 0
    assert again.run[0] == ["train", "-o", str(tmp_path / "bundle"), "--resume"]
    assert names(again) == ["train", "make-bag"]


def test_what_half_a_step_left_is_taken_away(tmp_path: Path) -> None:
    start(tmp_path)
    run(tmp_path, Commands(fails="make-bag"))
    (tmp_path / "bag").mkdir()
    (tmp_path / "bag" / "half").touch()
    assert run(tmp_path, Commands())[0] == 0
    assert not (tmp_path / "bag" / "half").exists()


@pytest.mark.parametrize("what", ["pictures", "options", "what is read", "what was made"])
def test_what_a_step_depends_on_makes_it_and_the_later_ones_run_again(tmp_path, what: str) -> None:
    start(tmp_path)
    read = tmp_path / "drift.yaml"
    read.write_text("dust: 0.1")
    steps, again = steps_in(tmp_path), Commands()
    steps[2] = replace(steps[2], reads=read)
    run(tmp_path, Commands(), steps=steps)
    if what == "options":
        steps[1] = replace(steps[1], arguments=(*steps[1].arguments, "--steps", "9"))
    if what == "what is read":
        read.write_text("dust: 0.9")
    if what == "what was made":
        (tmp_path / "bag").rmdir()
    pictures = "others" if what == "pictures" else "p"
    assert run(tmp_path, again, steps=steps, pictures=pictures)[0] == 0
    expected = {"pictures": ["dataset", "train", "make-bag"], "options": ["train", "make-bag"]}
    assert names(again) == expected.get(what, ["make-bag"])
    assert all("--resume" not in arguments for arguments in again.run)


def test_a_plan(tmp_path: Path) -> None:
    plan = NewPlan(folder=tmp_path, name="plant", held_out="val", training=("--seed", "3"))
    assert [step.name for step in plan.steps()] == ["check", "train", "bag", "replay"]
    train, bag = plan.steps()[1].arguments, plan.steps()[2].arguments
    assert train[-4:] == ("--seed", "3", "-o", str(tmp_path / "bundle"))
    assert bag[5:7] == ("--splits", "val")
    taught = replace(plan, teacher=True, quick=True).steps()
    assert [step.name for step in taught] == ["check", "teacher", "train", "bag", "replay"]
    assert "--folds" not in taught[1].arguments
    assert "--teacher" in taught[2].arguments
    assert "--teacher" in taught[4].arguments
    assert "--perturb" not in taught[4].arguments
    drifted = replace(plan, drift=True).steps()[3]
    assert drifted.reads == tmp_path / "drift.yaml"
    assert str(drifted.reads) in drifted.arguments
