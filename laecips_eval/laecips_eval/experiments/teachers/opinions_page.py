"""Tables of the experiment `teachers` as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from laecips_cloud.metrics import ConfusionMatrix

from laecips_eval.experiments.teachers.opinions import F_ALONE, Measured, Way


def miou_table(measured: Measured, ways: Sequence[Way], groups: Mapping[str, Sequence[str]]) -> str:
    """Return F's data-set mIoU by way, and its gain over f in points, by segment and group.

    Args:
        measured: the measurements.
        ways: rows below that of f alone.
        groups: names of segments, by the name of the group that they form.
    """
    columns = {name: [name] for name in measured.segments}
    columns |= {f"**{name}**": list(names) for name, names in groups.items()}
    columns["**all**"] = list(measured.segments)
    rows = [["masks", "scores", *columns, "masks a frame", "ms"]]
    alone = {name: measured.over(F_ALONE, part).miou() for name, part in columns.items()}
    rows.append(["", "f alone", *(_shown(value) for value in alone.values()), "", ""])
    for way in ways:
        cells = [
            _gained(measured.over(way, part).miou(), alone[name]) for name, part in columns.items()
        ]
        count = f"{measured.masks[way.masks]:.0f}"
        rows.append([way.masks, way.scorer, *cells, count, f"{measured.time_of(way):.0f}"])
    return _markdown(rows)


def recall_table(measured: Measured, ways: Sequence[Way], rare: Sequence[str]) -> str:
    """Return recall and IoU of the rare classes, over all segments."""
    numbers = [list(measured.classes).index(name) for name in rare]
    rows = [["masks", "scores", *rare]]
    for way in (F_ALONE, *ways):
        total = measured.over(way, measured.segments)
        recall, iou = total.recall(), total.iou()
        cells = [
            "" if np.isnan(recall[number]) else f"{recall[number]:.2f} / {iou[number]:.2f}"
            for number in numbers
        ]
        rows.append([way.masks, way.scorer, *cells])
    return _markdown(rows)


def vote_table(measured: Measured, bare: Mapping[str, Way], ways: Sequence[Way]) -> str:
    """Return the gain of F over its own class scorer, in points, without and with bounds.

    Args:
        measured: the measurements.
        bare: the way without masks, by scorer.
        ways: rows; each is shown with both votes.
    """
    rows = [["masks", "scores", "Algorithm 1", "with bounds"]]
    for way in ways:
        reference = _miou(measured, bare[way.scorer])
        cells = [
            f"{100 * (_miou(measured, way._replace(vote=vote)) - reference):+.1f}"
            for vote in ("paper", "safe")
        ]
        rows.append([way.masks, way.scorer, *cells])
    return _markdown(rows)


def taught_table(measured: Measured, ways: Sequence[Way]) -> str:
    """Return the shares of pixels that training would use, and of correct ones of each kind."""
    rows = [["masks", "scores", "taught", "of these right", "of the others right"]]
    for way in ways:
        taught = measured.taught[way]
        known = taught.taught + taught.left_out
        shares = (
            _share(taught.taught, known),
            _share(taught.taught_right, taught.taught),
            _share(taught.left_out_right, taught.left_out),
        )
        rows.append([way.masks, way.scorer, *shares])
    return _markdown(rows)


def _miou(measured: Measured, way: Way) -> float:
    total: ConfusionMatrix = measured.over(way, measured.segments)
    return total.miou()


def _gained(value: float, before: float) -> str:
    return "" if np.isnan(value) else f"{_shown(value)} ({100 * (value - before):+.1f})"


def _shown(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.3f}"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "none"


def _markdown(rows: Iterable[Sequence[str]]) -> str:
    head, *body = rows
    lines = [head, ["---"] * len(head), *body]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
