"""The experiment `first-training`: what is planned, and what of it is still to be run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import cv2
import torch
from laecips_cloud.training.data.frame_folder import FrameFolder
from laecips_edge.core.atomic_files import whole_file
from pydantic import ValidationError

from laecips_eval.experiments.first_training.measure import MANY, Run, measure
from laecips_eval.experiments.first_training.picture_sets import INSPECTION, open_set
from laecips_eval.experiments.first_training.variants import VARIANTS

_OTHERS = ("camvid",)


@dataclass(frozen=True, kw_only=True)
class TrainingPlan:
    """What is to be run: every set with every training time, seed and variant.

    Attributes:
        roots: folders of pictures by name.
        sets: names of sets.
        variants: keys of `VARIANTS`.
        seconds: most processor times of a training.
        most_steps: most steps of a training.
        seeds: seeds.
    """

    roots: Mapping[str, Path]
    sets: Sequence[str]
    variants: Sequence[str]
    seconds: Sequence[float]
    most_steps: int
    seeds: Sequence[int]

    def __post_init__(self) -> None:
        """Raise ValueError for what is unknown or out of range."""
        for kind, names, known in [
            ("sets", self.sets, (INSPECTION, *self.roots)),
            ("recipes", self.variants, tuple(VARIANTS)),
        ]:
            if unknown := [name for name in names if name not in known]:
                raise ValueError(f"--{kind}: no {unknown[0]!r}; there are {', '.join(known)}")
        if INSPECTION in self.roots:
            raise ValueError(f"--root: {INSPECTION} is generated; give the folder another name")
        if bad := [seconds for seconds in self.seconds if not seconds > 0]:
            raise ValueError(f"--seconds is {bad[0]}: give more than 0")
        if self.most_steps < 1:
            raise ValueError(f"--steps is {self.most_steps}: give at least 1")

    @classmethod
    def of(
        cls,
        roots: Mapping[str, Path],
        *,
        sets: Sequence[str] | None,
        variants: Sequence[str] | None,
        seconds: Sequence[float],
        most_steps: int | None,
        seeds: Sequence[int],
    ) -> TrainingPlan:
        """Return a plan; None: every set, every variant, any number of steps."""
        return cls(
            roots=roots,
            sets=sets or (INSPECTION, *roots),
            variants=variants or tuple(VARIANTS),
            seconds=seconds,
            most_steps=MANY if most_steps is None else most_steps,
            seeds=seeds,
        )

    def limit(self, seconds: float) -> str:
        """Return the limit of a training as text for a file's name."""
        return f"{seconds:.0f}s" + ("" if self.most_steps == MANY else f".{self.most_steps}")


def run_missing(folder: Path, plan: TrainingPlan, *, progress: Callable[[str], None]) -> None:
    """Make the runs that the folder does not hold yet, one file each, on one thread.

    Args:
        folder: of the finished runs.
        plan: which there should be.
        progress: called with lines for people.

    Raises:
        DatasetError: a set cannot be used.
        OSError: a run cannot be written.
    """
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    folder.mkdir(parents=True, exist_ok=True)
    for name in (name for name in _OTHERS if name not in plan.roots):
        progress(f"{name} is left out: it is not part of the project, and no folder was given")
    for name in plan.sets:
        if name in plan.roots:
            FrameFolder(plan.roots[name])  # fail now, not after an hour
    for name in plan.sets:
        missing = [
            (variant, seconds, seed, file)
            for seconds, seed, variant in product(plan.seconds, plan.seeds, plan.variants)
            if not (file := folder / _name(name, variant, plan.limit(seconds), seed)).is_file()
        ]
        if not missing:
            continue
        pictures = open_set(name, plan.roots)
        for variant, seconds, seed, file in missing:
            done = measure(
                pictures, variant, seconds=seconds, most_steps=plan.most_steps, seed=seed
            )
            with whole_file(file) as text:
                text.write(done.model_dump_json(indent=1) + "\n")
            progress(f"{file.stem}: {_line(done)}")


def read_runs(folder: Path) -> list[Run]:
    """Return the finished runs of a folder.

    Raises:
        ValueError: a file is no run.
    """
    runs = []
    for file in sorted(folder.glob("*.json")):
        try:
            runs.append(Run.model_validate_json(file.read_bytes()))
        except ValidationError as error:
            raise ValueError(f"{file}: is no run of first-training; delete it") from error
    return runs


def _line(run: Run) -> str:
    met = "" if run.miou_met is None else f", drifts {run.miou_met:.3f}"
    return f"mIoU {run.miou:.3f}, drifted views {run.miou_views:.3f}{met}, {run.steps} steps"


def _name(pictures: str, variant: str, limit: str, seed: int) -> str:
    return f"{pictures}.{variant}.{limit}.{seed}.json"
