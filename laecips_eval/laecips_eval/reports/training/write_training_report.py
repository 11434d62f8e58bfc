"""Measure what a training made, and write its report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from laecips_cloud.training.data.labelled_frames import LabelledFrame
from laecips_cloud.training.steps.held_out_rows import Assist
from laecips_cloud.training.steps.learning_curve import LearningCurve
from laecips_edge.core.atomic_files import whole_file

from laecips_eval.model_fitting.held_out_measures import Logits, measure_held_out
from laecips_eval.reports.training.training_page import training_page, worst_sheet
from laecips_eval.reports.training.training_report import TrainingReport, training_report


def write_training_report(
    folder: Path,
    frames: Sequence[LabelledFrame],
    *,
    logits: Logits,
    assist: Assist | None,
    name: str,
    role: str,
    classes: Sequence[str],
    palette: Sequence[tuple[int, int, int]],
    curve: LearningCurve,
    settings: Mapping[str, Any],
    command: str,
) -> TrainingReport:
    """Write `report.json`, `report.html` and `worst.jpg`.

    Args:
        folder: for the three files; made where it is not there.
        frames: held-out pictures.
        logits: the network.
        assist: F; None for a teacher.
        name: of the bundle or of the teacher's folder.
        role: pair or teacher.
        classes: class names.
        palette: (R, G, B) of each class.
        curve: the course of the training.
        settings: of the training, JSON's types.
        command: the command that trained.

    Returns:
        The report.

    Raises:
        OSError: a file cannot be written.
    """
    measures = measure_held_out(frames, classes=len(classes), logits=logits, assist=assist)
    report = training_report(
        measures,
        name=name,
        role=role,
        pictures=len(frames),
        classes=classes,
        curve=curve,
        settings=settings,
    )
    sheet = worst_sheet(measures.worst, classes=classes, palette=palette)
    folder.mkdir(parents=True, exist_ok=True)
    if sheet:
        (folder / "worst.jpg").write_bytes(sheet)
    for file, text in [
        ("report.json", report.model_dump_json(indent=1) + "\n"),
        ("report.html", training_page(report, sheet=sheet, command=command)),
    ]:
        with whole_file(folder / file) as written:
            written.write(text)
    return report
