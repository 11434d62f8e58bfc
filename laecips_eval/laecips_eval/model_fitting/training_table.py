"""Terminal tables of a training's results."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from laecips_cloud.training.first.first_training import FirstTrainingResult
from laecips_cloud.training.first.teacher_training import TaughtTeacher
from rich.console import Group
from rich.table import Table

from laecips_eval.reports.report_table import points, size


def training_table(outcome: FirstTrainingResult) -> Group:
    """Return tables of the accuracy of f and F, the ranking of each miner, and file sizes."""
    return Group(_accuracy(outcome), _classes(outcome), _miners(outcome), _bundle(outcome))


def teacher_table(taught: TaughtTeacher, classes: Sequence[str]) -> Table:
    """Return a table of the IoU of each class on held-out frames, unchanged and drifted."""
    table = Table(title="a teacher's IoU on held-out frames", title_justify="left")
    table.add_column("class")
    for column in ("as they are", "drifted"):
        table.add_column(column, justify="right")
    columns = zip(classes, taught.as_they_are.iou(), taught.drifted.iou(), strict=True)
    for name, *values in columns:
        table.add_row(name, *(points(float(value)) for value in values))
    table.add_section()
    table.add_row("mean", points(taught.as_they_are.miou()), points(taught.drifted.miou()))
    return table


def _accuracy(outcome: FirstTrainingResult) -> Table:
    table = Table(title="mIoU on held-out frames", title_justify="left")
    for column in ("", "data set", "frame mean", "frame mean, drifted"):
        table.add_column(column, justify="left" if not column else "right")
    for index, (name, matrix) in enumerate([("f", outcome.f), ("F", outcome.assisted)]):
        table.add_row(
            name,
            points(matrix.miou()),
            points(outcome.frame_mean[index]),
            points(outcome.frame_mean_drifted[index]),
        )
    return table


def _classes(outcome: FirstTrainingResult) -> Table:
    table = Table(title="per class", title_justify="left")
    table.add_column("class")
    for column in ("IoU of f", "IoU of F", "recall of f"):
        table.add_column(column, justify="right")
    columns = zip(
        outcome.bundle.manifest.classes,
        outcome.f.iou(),
        outcome.assisted.iou(),
        outcome.f.recall(),
        strict=True,
    )
    for name, *values in columns:
        table.add_row(name, *(points(float(value)) for value in values))
    return table


def _miners(outcome: FirstTrainingResult) -> Table:
    thresholds = outcome.bundle.manifest.thresholds
    rule = outcome.rule
    table = Table(
        title=f"miners at a hard share of {rule.share:.1%} "
        f"(learnt: {rule.cloud} cloud gains {rule.gain:.3f} or more)",
        title_justify="left",
    )
    table.add_column("miner")
    for column in ("AUROC, f's worst 35 %", "AUROC, F's best 35 %", "published mIoU", "delta"):
        table.add_column(column, justify="right")
    for name, score in outcome.miners.items():
        values = (score.auroc, score.auroc_gain, score.published, thresholds[name])
        table.add_row(name, *(points(value) for value in values))
    return table


def _bundle(outcome: FirstTrainingResult) -> Table:
    table = Table(title=f"bundle {outcome.bundle.path}", title_justify="left")
    table.add_column("file")
    table.add_column("size", justify="right")
    files = sorted(path for path in Path(outcome.bundle.path).iterdir() if path.is_file())
    for file in files:
        table.add_row(file.name, size(file.stat().st_size))
    table.add_row("total", size(sum(file.stat().st_size for file in files)), style="bold")
    return table
