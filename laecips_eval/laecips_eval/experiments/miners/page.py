"""The page of the experiment `miners`, as Markdown, and its figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from laecips_eval.experiments.miners.drive_check import (
    DriveFigures,
    drive_problems,
    drive_table,
)
from laecips_eval.experiments.miners.frame_table import FrameTable
from laecips_eval.experiments.miners.policy_comparison import (
    APPEALNET,
    AREA,
    AUROC,
    CORRELATION,
    HARD_GAIN,
    LAECIPS,
    LEAST_BLOCKS,
    MEASURES,
    RANDOM,
    STATISTICS,
    TRUE_GAIN,
    Estimate,
    GroupRow,
    PolicyComparison,
    group_rows,
)
from laecips_eval.experiments.miners.settings import MinersSettings
from laecips_eval.inspection_scene.bag_recipes import PATROL

_INTRODUCTION: Final = """# Which frames are worth an upload

    {command}

The *gain* of a frame is the IoU of F's answer less that of f's; a frame is *hard* if it gains
{hard:g} or more. A policy gives each frame a trust, and the frames with the least trust go to the
cloud first. This page asks how well that order finds the frames that gain. `{laecips}` asks h;
{statistics} are computed from f's softmax alone; `{random}` is the
mean over several orders at random; `{true_gain}` orders the frames by their gain itself, which no
robot knows (another order can still have a little more data-set mIoU, which sums pixels). F is the
teacher without masks. Of the paper's baselines EDGE is a CUR of 0, CLOUD a CUR of 1, and DCSB is
`{laecips}` as it stands here: the miner of LAECIPS with nothing that trains.

- *{auroc}*: the chance that a hard frame has less trust than another one; 0.5 is chance.
- *{correlation}*: Spearman's, between doubt and gain; 0 is chance.
- *mIoU at a CUR*: data-set mIoU of what is published if that share of the frames goes to the cloud.
- *{area}*: between the curve of mIoU over CUR and a straight line from f alone to all frames sent,
  in points of mIoU; chance is that of `{random}`.

In brackets is the middle 95 % of {resamples:,} resamples of blocks of {block} measured frames in a
row, where there are {least} blocks or more. All policies are measured on the same resamples: the
interval of a difference can lie on one side of 0 where those of the two values overlap.
"""

_DASH: Final = "-"


@dataclass(frozen=True, kw_only=True)
class MeasuredStream:
    """Bags of one kind, answered by one pair.

    Attributes:
        name: of the drive or stream.
        tables: frames by label of the bag: its seed or name.
        whole: the policies on all bags together.
        parts: the policies by label.
        bags: hashes of the bags by label.
        bundle: name and hash of the pair.
        teacher: name and hash of the teacher.
        appealnet: name and hash of the AppealNet's bundle; None without one.
    """

    name: str
    tables: Mapping[str, FrameTable]
    whole: PolicyComparison
    parts: Mapping[str, PolicyComparison]
    bags: Mapping[str, str]
    bundle: tuple[str, str]
    teacher: tuple[str, str]
    appealnet: tuple[str, str] | None = None


def figure_name(figures_name: str, measured: MeasuredStream, kind: str) -> str:
    """Return the name of a figure's file; all begin with `figures_name`."""
    return f"{figures_name}-{measured.name}-{kind}.svg"


def miners_page(
    drives: Sequence[Sequence[MeasuredStream]],
    streams: Sequence[MeasuredStream],
    *,
    settings: MinersSettings,
    command: str,
    figures_name: str,
) -> str:
    """Return the page.

    Args:
        drives: drives of the inspection generator as each pair answers them, first the pair of the
            page; the labels of their bags are seeds.
        streams: other bags.
        settings: of the experiment.
        command: the command that makes this page.
        figures_name: how the names of the figures' files begin.
    """
    text = _INTRODUCTION.format(
        command=command,
        hard=HARD_GAIN,
        laecips=LAECIPS,
        statistics=", ".join(f"`{name}`" for name in STATISTICS),
        random=RANDOM,
        true_gain=TRUE_GAIN,
        auroc=AUROC,
        correlation=CORRELATION,
        area=AREA,
        resamples=settings.resamples,
        block=settings.block,
        least=LEAST_BLOCKS,
    )
    shown, *others = drives or [()]
    for measured in shown:
        text += f"\n## The drive `{measured.name}`\n\n{_drive_part(measured, settings)}\n"
        text += _policies_part(measured, figures_name)
    for measured in streams:
        text += f"\n## The stream `{measured.name}`\n\n{_policies_part(measured, figures_name)}"
    if others:
        text += f"\n{_pairs_part(drives)}"
    return f"{text}\n{_made_with([*(it for pair in drives for it in pair), *streams])}"


def _drive_part(measured: MeasuredStream, settings: MinersSettings) -> str:
    figures = {int(label): DriveFigures.of(table) for label, table in measured.tables.items()}
    part = f", of which one in {settings.every} is measured" if settings.every > 1 else ""
    text = f"{settings.frames:,} frames per seed{part}. What there is to gain:\n\n"
    text += drive_table(figures)
    problems = drive_problems(figures) if measured.name == PATROL else []
    if problems:
        text += "\nWhere the drive is not what it is meant to be:\n\n"
        text += "".join(f"- {problem}\n" for problem in problems)
    return text


def _policies_part(measured: MeasuredStream, figures_name: str) -> str:
    whole = measured.whole
    table = whole.table
    nothing, everything = np.zeros(len(table), bool), np.ones(len(table), bool)
    text = (
        f"All bags together: {len(table):,} frames, {whole.hard.mean():.0%} of them hard; mIoU of "
        f"f {table.miou(nothing):.3f}, with all frames sent {table.miou(everything):.3f}."
        f"{_of_appealnet(whole)}\n\n{_policy_table(whole)}\n{_against(whole)}"
    )
    if len(measured.parts) > 1:
        labels = ", ".join(measured.parts)
        text += f"\nEach bag alone, in this order: {labels}.\n\n{_parts_table(measured)}"
    for title, names, nameless in (
        ("segment", table.segments, "outside of all"),
        ("disturbance", table.disturbances, "routine"),
    ):
        rows = group_rows(whole, names, nameless=nameless)
        if len(rows) > 1:
            text += f"\n{AUROC} within each {title}, all bags together:\n\n"
            text += _group_table(title, rows)
    text += "\nHard and easy frames by their trust:\n\n"
    text += f"![Histograms]({figure_name(figures_name, measured, 'scores')})\n"
    text += "\nmIoU over CUR:\n\n"
    return f"{text}![Curves]({figure_name(figures_name, measured, 'curves')})\n"


def _of_appealnet(comparison: PolicyComparison) -> str:
    """Say what the f of the AppealNet is worth, by which its row is to be read."""
    table = comparison.table_of(APPEALNET)
    if table is comparison.table:
        return ""
    return (
        f"\n\n`{APPEALNET}` has an f of its own, which has learnt together with its predictor "
        f"head: mIoU {table.miou(np.zeros(len(table), bool)):.3f}, and "
        f"{comparison.hard_of(APPEALNET).mean():.0%} of the frames are hard for it. All of its "
        "figures are those of that f: AUROC and correlation say how well it chooses, mIoU what it "
        f"publishes; its {AREA} begins at that f, so that of a weaker f is larger."
    )


def _policy_table(comparison: PolicyComparison) -> str:
    lines = [["policy", *MEASURES], ["---", *(["---:"] * len(MEASURES))]]
    for policy in comparison.policies:
        estimates = comparison.estimates[policy]
        cells = (_shown(estimates[measure], measure) for measure in MEASURES)
        lines.append([f"`{policy}`", *cells])
    return _markdown(lines)


def _against(comparison: PolicyComparison) -> str:
    """Say what h is worth beside the best statistic of each measure, and beside the true gain."""
    lines = [
        ["measure", "best statistic", f"`{LAECIPS}` less it", "verdict"],
        ["---", "---", "---:", "---"],
    ]
    for measure in MEASURES:
        difference = comparison.above_best(measure)
        best = f"`{comparison.best_statistic(measure)}`"
        shown = _shown(difference, measure, signed=True)
        lines.append([measure, best, shown, _verdict(difference)])
    over_best = comparison.area_over(comparison.best_statistic(AREA))
    over_gain = comparison.area_over(TRUE_GAIN)
    over_chance = comparison.estimates[LAECIPS][AREA] - comparison.estimates[RANDOM][AREA]
    return (
        f"{_markdown(lines)}\nThe {AREA} of `{LAECIPS}` is {_ratio(over_best)} times that of "
        f"`{comparison.best_statistic(AREA)}` and {_ratio(over_gain)} times that of "
        f"`{TRUE_GAIN}`; less that of `{RANDOM}` it is {_shown(over_chance, AREA)}.\n"
    )


def _verdict(difference: Estimate) -> str:
    low, high = difference.interval
    if np.isnan(low):
        return "too few frames to say"
    if low > 0:
        return "h is better"
    return "h is worse" if high < 0 else "no difference is certain"


def _parts_table(measured: MeasuredStream) -> str:
    lines = [["policy", *MEASURES], ["---", *(["---:"] * len(MEASURES))]]
    for policy in measured.whole.policies:
        cells = (
            " / ".join(
                _value(part.estimates[policy][measure].value, measure)
                for part in measured.parts.values()
            )
            for measure in MEASURES
        )
        lines.append([f"`{policy}`", *cells])
    return _markdown(lines)


def _group_table(title: str, rows: Sequence[GroupRow]) -> str:
    policies = list(rows[0].auroc)
    head = [title, "frames", "hard", "mean gain", *(f"`{name}`" for name in policies)]
    lines = [head, ["---", *(["---:"] * (len(head) - 1))]]
    for row in rows:
        cells = (_value(row.auroc[name], AUROC) for name in policies)
        lines.append([row.name, f"{row.frames:,}", f"{row.hard:,}", f"{row.gain:+.3f}", *cells])
    return _markdown(lines)


def _pairs_part(drives: Sequence[Sequence[MeasuredStream]]) -> str:
    """Return the table of the pairs side by side."""
    lines = [
        ["drive", "bundle", "f", f"{AUROC} of `{LAECIPS}`", "less the best statistic",
         f"{AREA} of `{LAECIPS}`", "times the best statistic's", "times the true gain's"],
        ["---", "---", *(["---:"] * 6)],
    ]  # fmt: skip
    for measured in (it for same in zip(*drives, strict=True) for it in same):
        whole = measured.whole
        own = whole.estimates[LAECIPS]
        lines.append(
            [
                f"`{measured.name}`",
                _named(measured.bundle),
                f"{whole.table.miou(np.zeros(len(whole.table), bool)):.3f}",
                _shown(own[AUROC], AUROC),
                _shown(whole.above_best(AUROC), AUROC, signed=True),
                _shown(own[AREA], AREA),
                _ratio(whole.area_over(whole.best_statistic(AREA))),
                _ratio(whole.area_over(TRUE_GAIN)),
            ]
        )
    head = "## Pairs side by side\n\nThe first of each drive is that of this page.\n\n"
    return head + _markdown(lines)


def _made_with(measured: Iterable[MeasuredStream]) -> str:
    text = "## Made with\n\nThe first digits of the sha256 over the files of each folder.\n\n"
    lines = [["stream", "bundle", "teacher", "bags"], ["---"] * 4]
    for it in measured:
        bundle = _named(it.bundle) + (f"; {_named(it.appealnet)}" if it.appealnet else "")
        bags = ", ".join(f"{label} {digits[:12]}" for label, digits in it.bags.items())
        lines.append([f"`{it.name}`", bundle, _named(it.teacher), bags])
    return text + _markdown(lines)


def _named(what: tuple[str, str]) -> str:
    name, digits = what
    return f"{name} {digits[:12]}"


def _shown(estimate: Estimate, measure: str, *, signed: bool = False) -> str:
    value = _value(estimate.value, measure, signed=signed)
    low, high = (_value(it, measure, signed=signed) for it in estimate.interval)
    return value if _DASH in (value, low, high) else f"{value} ({low} to {high})"


def _value(value: float, measure: str, *, signed: bool = False) -> str:
    """Return a figure; an area in points of mIoU; a dash for nan."""
    if np.isnan(value):
        return _DASH
    if measure == AREA:
        return f"{100 * value:+.2f}"
    return f"{value:+.3f}" if signed or measure == CORRELATION else f"{value:.3f}"


def _ratio(estimate: Estimate) -> str:
    if np.isnan(estimate.value):
        return _DASH
    low, high = estimate.interval
    return f"{estimate.value:.2f}" + ("" if np.isnan(low) else f" ({low:.2f} to {high:.2f})")


def _markdown(lines: Sequence[Sequence[str]]) -> str:
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
