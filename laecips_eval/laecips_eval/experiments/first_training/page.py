"""The page of the experiment `first-training`: one table for each set and training time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, Final

import numpy as np

from laecips_eval.experiments.first_training.measure import MANY, Run
from laecips_eval.experiments.first_training.variants import RECIPE, VARIANTS
from laecips_eval.reports.docs.results_page import table

INTRODUCTION: Final = """# What f's recipe brings

Each row trains a network anew, on one thread and for the given processor time, and measures it on
held-out pictures of the same set: as they are (*mIoU*, of one confusion matrix), as *drifted views*
(other light, lens and sensor, moved camera), and, where the set can draw real drifts, under these
(*drifts*: another lamp; dust and blur; a moved camera; each with half of the parts of a make that
is new). Precision and recall are means over the classes. Nothing here is ever replayed or tested
on: of CamVid the last quarter of `pretrain` is held out, of a folder its own held-out split. CamVid
and other folders are not part of this repository; without `--camvid` and `--root` they are left
out. Finished runs are kept and not made again.

    laecips experiment first-training --camvid ROOT --root NAME=DIR --steps 400 --seconds 3600

Networks run at no more than 240 x 320. Another seed moves a figure by about a point. Other load
slows memory and caches, so that the same processor time is worth fewer steps: compare rows of about
as many steps, or bind the trainings by `--steps`.
"""

_PARTS: Final = """## What it costs to leave the recipe

Points of mIoU less than the recipe after as many steps, on pictures as they are / on drifted views
of them; a negative figure is a gain.
"""

_HEAD: Final = (
    "recipe", "mIoU", "drifted views", "drifts", "precision", "recall", "steps", "seeds",
)  # fmt: skip


def first_training_page(runs: Sequence[Run]) -> str:
    """Return the page as Markdown; figures of several seeds are means.

    Args:
        runs: the finished runs, in any order.
    """
    parts = [INTRODUCTION.strip(), *_departures(runs)]
    for (pictures, seconds, steps), part in _grouped(runs, "pictures", "seconds", "most_steps"):
        limit = f"{seconds:.0f} s" if steps == MANY else f"{steps} steps"
        rows = [_row(variant, list(alike)) for (variant,), alike in _grouped(part, "variant")]
        parts += [f"## {pictures}, {limit}", table(_HEAD, sorted(rows, key=_by_miou))]
    used = {run.variant for run in runs}
    about = [f"- *{name}*: {one.about}" for name, one in VARIANTS.items() if name in used]
    parts += ["## The recipes", "\n".join(about)]
    return "\n\n".join(parts) + "\n"


def _departures(runs: Sequence[Run]) -> list[str]:
    """Return what each other recipe loses on each set, where steps bound the trainings."""
    bound = [run for run in runs if run.most_steps != MANY]
    losses: dict[str, dict[str, str]] = {}
    for (pictures, steps), part in _grouped(bound, "pictures", "most_steps"):
        rows = {variant: list(alike) for (variant,), alike in _grouped(part, "variant")}
        if (usual := rows.pop(RECIPE, None)) is None:
            continue
        losses[f"{pictures}, {steps} steps"] = {
            variant: " / ".join(
                f"{100 * (_mean_of(usual, field) - _mean_of(alike, field)):+.1f}"
                for field in ("miou", "miou_views")
            )
            for variant, alike in rows.items()
        }
    others = [name for name in VARIANTS if any(name in lost for lost in losses.values())]
    if not others:
        return []
    rows_of = [[name, *(lost.get(name) for lost in losses.values())] for name in others]
    return [_PARTS.strip(), table(("recipe", *losses), rows_of)]


def _mean_of(alike: Sequence[Run], field: str) -> float:
    return float(np.mean([getattr(run, field) for run in alike]))


def _grouped(runs: Iterable[Run], *names: str) -> Iterator[tuple[tuple[Any, ...], list[Run]]]:
    def key(run: Run) -> tuple[Any, ...]:
        return tuple(getattr(run, name) for name in names)

    for value, group in groupby(sorted(runs, key=key), key):
        yield value, list(group)


def _row(variant: str, alike: Sequence[Run]) -> list[Any]:
    return [
        variant,
        _mean(run.miou for run in alike),
        _mean(run.miou_views for run in alike),
        _mean(run.miou_met for run in alike),
        _mean(value for run in alike for value in run.precision),
        _mean(value for run in alike for value in run.recall),
        round(sum(run.steps for run in alike) / len(alike)),
        len(alike),
    ]


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def _by_miou(row: Sequence[Any]) -> float:
    return -float(row[1])
