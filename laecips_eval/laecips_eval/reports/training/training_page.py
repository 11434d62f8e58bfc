"""`report.html` of a training: one self-contained page."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

import cv2
import numpy as np
from laecips_edge.core.image.overlay import Overlay
from matplotlib.figure import Figure
from numpy.typing import NDArray

from laecips_eval.model_fitting.held_out_measures import Failure
from laecips_eval.reports.docs.contact_sheet import contact_sheet
from laecips_eval.reports.page.html_report import template_environment
from laecips_eval.reports.page.inline_svg import Drawing, drawings, theme
from laecips_eval.reports.page.number_text import gain, percent, points
from laecips_eval.reports.page.tables import PageRow, PageTable, RowGroup
from laecips_eval.reports.training.training_report import CurvePoint, TrainingReport

_HEIGHT: Final = 200
_WIDTH: Final = 320
_JPEG_QUALITY: Final = 85


def training_page(report: TrainingReport, *, sheet: bytes, command: str) -> str:
    """Return the page as text.

    Args:
        report: as in `report.json`.
        sheet: the worst pictures, a JPEG; empty without any.
        command: the command that trained.
    """
    return (
        template_environment()
        .get_template("training.html")
        .render(
            report=report,
            bounds=bounds_table(report),
            classes=classes_table(report),
            curves=[
                ("Loss", _drawn("loss", report.losses)),
                ("mIoU on a few held-out pictures", _drawn("miou", report.mious)),
            ],
            sheet=base64.b64encode(sheet).decode("ascii"),
            command=command,
        )
    )


def bounds_table(report: TrainingReport) -> PageTable:
    """Return the table of the network alone, F, and F with perfect masks."""
    rows = [
        ("f alone" if report.role == "pair" else "teacher alone", report.miou),
        ("F, with the mask generator's masks", report.miou_assisted),
        ("F, if its masks were perfect (upper bound)", report.miou_perfect),
    ]
    shown = [
        PageRow(name=name, cells=[points(value), gain(value, report.miou)])
        for name, value in rows
        if value is not None
    ]
    return PageTable(
        caption=f"On {report.pictures} held-out pictures, one confusion matrix each",
        head=["answer of", "mIoU", "against the first, points"],
        groups=[RowGroup(rows=shown)],
    )


def classes_table(report: TrainingReport) -> PageTable:
    """Return the table of the classes."""
    rows = [
        PageRow(
            name=one.name,
            cells=[
                percent(one.share), points(one.iou), points(one.precision), points(one.recall),
                points(one.iou_assisted), points(one.iou_perfect),
            ],
        )
        for one in report.classes
    ]  # fmt: skip
    return PageTable(
        caption="Low precision: named too often; low recall: overlooked",
        head=["class", "share", "IoU", "precision", "recall", "IoU of F", "IoU, perfect masks"],
        groups=[RowGroup(rows=rows)],
    )


def worst_sheet(
    failures: Sequence[Failure], *, classes: Sequence[str], palette: Sequence[tuple[int, int, int]]
) -> bytes:
    """Return the pictures with answer and truth side by side as a JPEG; empty without any.

    Args:
        failures: the pictures, the worst first.
        classes: names for the legend.
        palette: (R, G, B) of each class.
    """
    if not failures:
        return b""
    overlay = Overlay(palette)
    height, width = failures[0].answer.shape
    size = (_WIDTH, max(1, round(_WIDTH * height / width)))
    rows = []
    for failure in failures:
        _, image, truth = failure.frame
        rows.append(
            [
                _sized(image, size),
                _sized(overlay.paint(image, failure.answer), size),
                _sized(overlay.paint(image, truth), size),
            ]
        )
    ious = ", ".join(f"{failure.iou:.2f}" for failure in failures)
    sheet = contact_sheet(
        rows,
        captions=["picture", f"answer (IoU {ious[:4]} to {ious[-4:]})", "truth"],
        classes=classes,
        palette=palette,
    )
    options = [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY]
    _, data = cv2.imencode(".jpg", cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR), options)
    return bytes(data.tobytes())


def _sized(picture: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def _drawn(name: str, curve: Sequence[CurvePoint]) -> Sequence[Drawing]:
    return drawings(partial(_draw, curve), name=name, height=_HEIGHT) if len(curve) > 1 else []


def _draw(curve: Sequence[CurvePoint], figure: Figure) -> Mapping[str, str]:
    axes = figure.add_axes((0.08, 0.16, 0.9, 0.78))
    axes.patch.set_visible(False)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0, labelcolor=theme("soft"))
    axes.grid(axis="y", color=theme("line"), linewidth=1)
    done = [100 * point.done for point in curve]
    axes.plot(done, [point.value for point in curve], linewidth=2, color=theme("published"))
    axes.set_xlim(0, 100)
    axes.xaxis.set_major_formatter("{x:.0f} %")
    return {}
