"""Terminal tables of a training's results."""

from __future__ import annotations

from pathlib import Path

from laecips_cloud.training.first.measured_pair import FirstTrainingResult
from laecips_cloud.training.first.teacher_training import TaughtTeacher
from rich.console import Group
from rich.table import Table

from laecips_eval.reports.report_table import points, size
from laecips_eval.reports.training.training_report import TrainingReport


def training_table(outcome: FirstTrainingResult, report: TrainingReport) -> Group:
    """Return tables of the accuracy of f and F, the ranking of each miner, and file sizes."""
    return Group(
        _accuracy(outcome, report),
        _classes(report),
        *_confusion(report),
        _miners(outcome),
        _bundle(outcome),
    )


def teacher_table(taught: TaughtTeacher, report: TrainingReport) -> Group:
    """Return a table of each class on held-out frames, unchanged and drifted."""
    table = Table(title="a teacher's IoU on held-out frames", title_justify="left")
    table.add_column("class")
    for column in ("as they are", "drifted", "precision", "recall"):
        table.add_column(column, justify="right")
    columns = zip(report.classes, taught.as_they_are.iou(), taught.drifted.iou(), strict=True)
    for one, *ious in columns:
        values = (*(float(iou) for iou in ious), one.precision, one.recall)
        table.add_row(one.name, *(points(value) for value in values))
    table.add_section()
    means = (taught.as_they_are.miou(), taught.drifted.miou())
    table.add_row("mean", *(points(value) for value in means), "", "")
    return Group(table, *_confusion(report))


def _accuracy(outcome: FirstTrainingResult, report: TrainingReport) -> Table:
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
    table.add_row("F, were its masks perfect", points(report.miou_perfect), "", "")
    return table


def _classes(report: TrainingReport) -> Table:
    table = Table(title="per class", title_justify="left")
    table.add_column("class")
    for column in ("IoU of f", "precision", "recall", "IoU of F", "perfect masks"):
        table.add_column(column, justify="right")
    for one in report.classes:
        values = (one.iou, one.precision, one.recall, one.iou_assisted, one.iou_perfect)
        table.add_row(one.name, *(points(value) for value in values))
    return table


def _confusion(report: TrainingReport) -> list[str]:
    pair = report.confusion
    if pair is None:
        return []
    line = f"{pair.share:.0%} of the pixels of {pair.truth} are called {pair.answer}"
    return [f"confused most: {line}\n"]


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
