"""The page of the experiment `labelling`, as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from laecips_eval.experiments.finished_rows import Row

NAMES: Final = {
    "first": "the first pair, not trained again",
    "random": "by lot",
    "mixed": "chosen: `--by mixed`, the usual one",
    "trust": "chosen: `--by trust`",
    "disagreement": "chosen: `--by disagreement`",
    "different": "chosen: `--by different`",
}

_INTRODUCTION: Final = """# What frames that people label bring

A robot drives through {drive} pictures of NEU-Seg (steel surfaces) in a light that its f has not
seen: dim, uneven, out of focus, noisy. f was trained on {learnt} pictures, and met few with
`{rare_class}`: {rare:.0%} of those that would be there by lot. A teacher, trained on {teacher}
others, answers every frame in the cloud. Then a person (the truth) labels some of the frames, and
{updates} versions are trained one after the other by the code of the trainer, with its usual
settings and its gate.

Scored is the pair that robots have at the end, on {asked} that nothing learns from, in the drive's
light. mIoU is of one confusion matrix. Seeds differ in the frames of the drive, in the lot and in
the training; f and teacher are the same. The gate keeps one in four labels as truth, so that 20, 50
and 100 labels teach 15, 37 or 38, and 75 frames. Both networks are small and were trained for
minutes, for this page alone, where the shipped pair and teacher play no part: it compares ways to
label, it does not say how well NEU-Seg can be segmented.

    laecips experiment labelling --neu-seg DIR
"""

_NOTES: Final = """*gain*: points of mIoU over the same trainings without labels, the mean of the
seeds and in brackets each seed's. *F wrong*: share of the labelled pixels on which F was wrong.
*promoted*: trainings that the gate let through.
"""


def page(rows: Sequence[Row], classes: Sequence[str], settings: Mapping[str, Any]) -> str:
    """Return the page.

    Args:
        rows: finished trials; those of a seed that is not complete are shown, too.
        classes: names, in the order of the labels.
        settings: of the experiment.
    """
    sizes = settings["sizes"]
    text = _INTRODUCTION.format(
        drive=sizes["drive"],
        learnt=sizes["source"] * 3 // 4,
        rare=sizes["rare"],
        rare_class=settings["rare_class"],
        teacher=sizes["teacher"] * 3 // 4,
        updates=settings["updates"],
        asked=f"every {_ordinal(settings['every'])} held-out picture",
    )
    if not rows:
        return f"{text}\nNo trial is finished yet.\n"
    planned = len(settings["seeds"]) * (len(settings["trials"]) + 1)
    if len(rows) < planned:
        done = f"{len(rows)} of {planned} trials are finished"
        text += f"\n**{done}**; the command goes on with the rest.\n"
    return f"{text}\n{_table(rows, classes, settings)}\n{_NOTES}"


def _table(rows: Sequence[Row], classes: Sequence[str], settings: Mapping[str, Any]) -> str:
    kinds = dict.fromkeys((row["by"], row["count"]) for row in rows)
    base = {row["seed"]: _miou(row) for row in rows if (row["by"], row["count"]) == ("random", 0)}
    rare = list(classes).index(settings["rare_class"])
    head = ["labels", "frames", "seeds", "mIoU", "gain", f"IoU of {classes[rare]}", "F wrong"]
    lines = [[*head, "promoted"], ["---"] * (len(head) + 1)]
    order = list(NAMES)
    for by, count in sorted(kinds, key=lambda kind: (kind[1], order.index(kind[0]))):
        own = [row for row in rows if (row["by"], row["count"]) == (by, count)]
        gains = [_miou(row) - base[row["seed"]] for row in own if row["seed"] in base]
        lines.append(
            [
                str(count),
                NAMES[by] if count or by == "first" else "none: F's labels alone",
                str(len(own)),
                _mean(own, _miou),
                _gain(gains) if count or by == "first" else "",
                _mean(own, lambda row: row["iou"][rare] or 0.0),
                _mean(own, lambda row: row["labelled"]["f_wrong"]) if count else "",
                _promoted(own),
            ]
        )
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _miou(row: Row) -> float:
    return float(np.mean([value for value in row["iou"] if value is not None]))


def _mean(rows: Sequence[Row], value: Callable[[Row], float]) -> str:
    return f"{np.mean([value(row) for row in rows]):.3f}"


def _gain(gains: Sequence[float]) -> str:
    if not gains:
        return ""
    each = ", ".join(f"{100 * gain:+.1f}" for gain in gains)
    return f"{100 * np.mean(gains):+.1f} ({each})"


def _promoted(rows: Sequence[Row]) -> str:
    updates = [update for row in rows for update in row.get("updates", ())]
    return f"{sum(update['promoted'] for update in updates)} of {len(updates)}" if updates else ""


def _ordinal(number: int) -> str:
    return {1: "", 2: "second", 3: "third"}.get(number, f"{number}th")
