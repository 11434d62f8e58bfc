"""The page of the experiment `traffic`, as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from laecips_eval.experiments.finished_rows import Row
from laecips_eval.experiments.traffic.measure import (
    COARSE,
    EARLIER,
    SMALL,
    AnswerSizes,
    AnswerTraffic,
    Coded,
    CodingChange,
    ScoreSizes,
)

_INTRODUCTION: Final = """# What crosses the link

On frames of the drive `shift` (seed 0, every {every}th), with the shipped bundle and teacher. Each
is asked. *cpu* is processor time to encode a map on one core, comparable within a table only.

    laecips experiment traffic

## Answers

An answer is a label map, which stays exact, and a confidence map. What is kept in the replay buffer
is the same. *changed sides*: share of the pixels that were below `training.min_confidence` (0.6)
and are not any more, or the other way round; only those change what is taught. *error*: mean change
of the confidence, whose range is 0 to 1.
"""


_UPDATES: Final = """## Updates

A robot that has the parent of an update fetches what changed. A training may move all weights of h
and of f's stages that are not frozen, or the share of them that its frames ask for most
(`training.moved`), and rounds what changed to steps (`training.weight_step`, in standard deviations
of what changed). Statistics of batch norm always move: at 0.1% they are most of an update.

f learns once, by the settings of the demo, from the teacher's answers in the first half of each
segment of a drive, and is measured on the second halves. *gain*: points of f's mIoU over the
shipped f, of all seeds, and their mean. *kbit/s*: of one update in {period:.0f} s. *link*: seconds
of {link:.0f} Mbit/s, by which what f has learnt is older when it runs. In the last row the truth
teaches: more than it brings no cloud could teach in this training.
[updates.md](updates.md) has a whole drive with many trainings, and all that an update weighs.
"""

_PERIOD_S: Final = 30.0
_LINK_MBIT_S: Final = 4.0


def page(traffic: AnswerTraffic, updates: Sequence[Row], *, every: int) -> str:
    """Return the page."""
    parts = [_INTRODUCTION.format(every=every)]
    parts += [_answers(name, sizes) for name, sizes in traffic.answers.items()]
    return "\n".join([*parts, _scores(traffic.scores), _updates(updates)])


def _updates(rows: Sequence[Row]) -> str:
    drives = dict.fromkeys(row["drive"] for row in rows)
    tables = [_drive(name, [row for row in rows if row["drive"] == name]) for name in drives]
    return "\n".join([_UPDATES.format(period=_PERIOD_S, link=_LINK_MBIT_S), *tables])


def _drive(name: str, rows: Sequence[Row]) -> str:
    seeds = sorted({row["seed"] for row in rows})
    before = ", ".join(
        f"{next(row['before'] for row in rows if row['seed'] == seed):.3f}" for seed in seeds
    )
    lines = [
        f"### The drive `{name}`\n",
        f"Seeds {', '.join(map(str, seeds))}; the shipped f has an mIoU of {before}.\n",
        "| teacher | moved | step | bytes | of all | kbit/s | link | gain | mean | promoted |",
        "|---|--:|--:|--:|--:|--:|--:|---|--:|--:|",
    ]
    groups: dict[tuple[bool, float, float], list[Row]] = {}
    for row in rows:
        groups.setdefault((row["truth"], row["moved"], row["weight_step"]), []).append(row)
    for (truth, moved, step), group in groups.items():
        size = float(np.mean([row["bytes"] for row in group]))
        share = size / float(np.mean([row["full"] for row in group]))
        gains = [100 * (row["after"] - row["before"]) for row in group]
        cells = [
            "the truth" if truth else "the cloud",
            f"{moved:.1%}" if moved < 0.01 else f"{moved:.0%}",
            f"{step:g}" if step else "none",
            f"{size:,.0f}",
            f"{share:.1%}",
            f"{size * 8 / _PERIOD_S / 1e3:.0f}",
            f"{size * 8 / _LINK_MBIT_S / 1e6:.1f}",
            ", ".join(f"{gain:+.1f}" for gain in gains),
            f"{np.mean(gains):+.2f}",
            f"{sum(row['promoted'] for row in group)} of {len(group)}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def _answers(name: str, sizes: AnswerSizes) -> str:
    before = _bytes(sizes.labels[EARLIER]) + _bytes(sizes.confidence[EARLIER])
    now = _bytes(sizes.labels[SMALL]) + _bytes(sizes.confidence[COARSE])
    lines = [
        f"### {name}\n",
        f"{sizes.frames} answers: {before / 1e3:.1f} kB each before, **{now / 1e3:.1f} kB** now.\n",
        "| label map | bytes | cpu ms |",
        "|---|--:|--:|",
    ]
    for coding, coded in sizes.labels.items():
        cpu = np.mean([each.cpu_ms for each in coded])
        lines.append(f"| {_used(coding)} | {_bytes(coded):.0f} | {cpu:.1f} |")
    lines += ["", "| confidence map | bytes | changed sides | error |", "|---|--:|--:|--:|"]
    for coding, changes in sizes.confidence.items():
        lines.append(f"| {_used(coding)} | {_cells(changes)} |")
    return "\n".join([*lines, ""])


def _scores(scores: ScoreSizes) -> str:
    lines = [
        "## Scores",
        "",
        "With `send_scores` f's scores go up beside the picture: the cloud need not have this f.",
        "Changed in F (graph segmentation, class scorer `edge`) against exact scores:",
        "",
        "| steps from 0 to 1 | bytes | changed sides | error | changed labels |",
        "|---|--:|--:|--:|--:|",
    ]
    names = {255: "255, PNG, as before", 31: "**31, run lengths**"}
    for steps, changes in scores.codings.items():
        labels = np.mean([change.labels for change in changes])
        lines.append(f"| {names[steps]} | {_cells(changes)} | {labels:.2%} |")
    return "\n".join([*lines, ""])


def _cells(changes: Sequence[CodingChange]) -> str:
    sides = np.mean([change.sides for change in changes])
    error = np.mean([change.error for change in changes])
    return f"{_bytes(changes):.0f} | {sides:.2%} | {error:.3f}"


def _bytes(coded: Sequence[CodingChange] | Sequence[Coded]) -> float:
    return float(np.mean([each.bytes for each in coded]))


def _used(coding: str) -> str:
    return f"**{coding}**" if coding in (SMALL, COARSE) else coding
