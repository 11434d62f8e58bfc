"""The steps from a folder of labelled pictures to a bundle and a report: commands of `laecips`."""

from __future__ import annotations

import hashlib
import json
import shlex
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from laecips_bringup.own_pictures.record import Record

DATA, BUNDLE, TEACHER, BAG, RUN = "data", "bundle", "teacher", "bag", "run"
DRIFT = "drift.yaml"
"""Names in the folder of `laecips new`."""

_QUICK: Final = "--width 0.25 --steps 60 --variants 1"
_QUICK_PAIR: Final = "--miner-steps 20 --folds 2 --miner-width 0.25"

Command = Callable[[Sequence[str]], int]


@dataclass(frozen=True)
class Step:
    """One command.

    Attributes:
        name: of the step.
        arguments: of `laecips`.
        makes: what it leaves; None: nothing.
        reads: a file for people to edit; another content makes the step run again.
        resumes: whether the command goes on with --resume where it was interrupted.
    """

    name: str
    arguments: tuple[str, ...]
    makes: Path | None = None
    reads: Path | None = None
    resumes: bool = False


@dataclass(frozen=True, kw_only=True)
class NewPlan:
    """What is to be made of a folder of labelled pictures.

    Attributes:
        folder: where everything is made; `data` in it says where the pictures lie.
        name: of the bundle.
        held_out: split that nothing learns from.
        drift: whether the drive is replayed under the drift of `drift.yaml` in the folder.
        teacher: whether the cloud gets a large network, trained on the same pictures.
        quick: a dry run: few steps, a network that has learnt nothing.
        training: further options of `laecips train`, for pair and teacher.
    """

    folder: Path
    name: str
    held_out: str
    drift: bool = False
    teacher: bool = False
    quick: bool = False
    training: tuple[str, ...] = ()

    def steps(self) -> list[Step]:
        """Return the steps in their order."""
        teacher = [self._teacher()] if self.teacher else []
        return [self._check(), *teacher, self._pair(), self._bag(), self._replay()]

    def _check(self) -> Step:
        return Step("check", ("dataset", "check", str(self.folder / DATA)))

    def _pair(self) -> Step:
        quick = _QUICK_PAIR.split() if self.quick else []
        teacher = ("--teacher", str(self.folder / TEACHER)) if self.teacher else ()
        return self._train("train", BUNDLE, "--name", self.name, *teacher, *quick)

    def _teacher(self) -> Step:
        return self._train("teacher", TEACHER, "--role", "teacher")

    def _train(self, step: str, out: str, *options: str) -> Step:
        path = self.folder / out
        quick = _QUICK.split() if self.quick else []
        arguments = (
            *("train", *self._data(), "--input-size", "auto", *options, *quick),
            *(*self.training, "-o", str(path)),
        )
        return Step(step, arguments, path, resumes=True)

    def _bag(self) -> Step:
        path = self.folder / BAG
        arguments = ("make-bag", *self._data(), "--splits", self.held_out, "-o", str(path))
        return Step("bag", arguments, path)

    def _replay(self) -> Step:
        path, recipe = self.folder / RUN, self.folder / DRIFT
        teacher = ("--teacher", str(self.folder / TEACHER)) if self.teacher else ()
        drift = ("--perturb", str(recipe)) if self.drift else ()
        arguments = (
            *("replay", str(self.folder / BAG), "--bundle", str(self.folder / BUNDLE)),
            *(*drift, *teacher, "--offline", "--out", str(path)),
        )
        return Step("replay", arguments, path, reads=recipe if self.drift else None)

    def _data(self) -> tuple[str, ...]:
        return ("--dataset", "folder", "--root", str(self.folder / DATA))


def run_steps(
    steps: Sequence[Step],
    record: Record,
    *,
    pictures: str,
    command: Command,
    tell: Callable[[str], None],
) -> int:
    """Run the steps that are not done yet, one after the other.

    A step is done anew if its options, the pictures, a file that it reads or a step before it have
    changed, or what it made is gone.

    Args:
        steps: in their order; each may use what those before it made.
        record: which are done.
        pictures: changes with the pictures and their labels.
        command: runs `laecips` with arguments, and returns its exit status.
        tell: takes a line for people before each step.

    Returns:
        The exit status of the first step that failed; 0 if none did.
    """
    key = pictures
    for number, step in enumerate(steps, start=1):
        key = _key(key, step)
        head = f"[{number}/{len(steps)}] {step.name}"
        if record.is_done(step.name, key) and (step.makes is None or step.makes.exists()):
            tell(f"{head}: done before")
            continue
        arguments = [*step.arguments]
        if step.resumes and record.is_begun(step.name, key):
            arguments.append("--resume")
        elif step.makes is not None and step.makes.is_dir():
            shutil.rmtree(step.makes)
        tell(f"{head}: laecips {shlex.join(arguments)}")
        record.begin(step.name, key)
        if status := command(arguments):
            return status
        record.finish(step.name, key)
    return 0


def _key(before: str, step: Step) -> str:
    read = step.reads.read_text(encoding="utf-8") if step.reads else ""
    told = json.dumps([before, step.arguments, read])
    return hashlib.sha256(told.encode()).hexdigest()[:16]
