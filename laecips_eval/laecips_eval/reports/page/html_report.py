"""`report.html`: the report of a run as one self-contained page.

Style, pictures and drawings are embedded; the page has no script and fetches nothing, so it can be
mailed and archived. Its text and style are in `templates/`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
from laecips_edge.core.atomic_files import whole_file

from laecips_eval.reports.page import headline, tables
from laecips_eval.reports.page.gallery import Palette, Panel, class_colours, gallery_panels
from laecips_eval.reports.page.number_text import percent, points
from laecips_eval.reports.page.over_time import over_time
from laecips_eval.reports.page.trust_chart import draw_trust, trust_words
from laecips_eval.reports.report import Report
from laecips_eval.scoring.frame_gallery import GalleryFrame
from laecips_eval.scoring.frame_log import FrameRow
from laecips_eval.scoring.timeline import trust


def write_html_report(
    path: Path,
    *,
    report: Report,
    rows: Sequence[FrameRow],
    gallery: Sequence[GalleryFrame] = (),
    palette: Palette = (),
    defects: Sequence[str] = (),
    kept: Panel | None = None,
    command: str | None = None,
) -> None:
    """Write the page of a run; replace `path` atomically.

    Args:
        path: path of the page; its folder exists.
        report: as in `report.json`.
        rows: the frame log, as in `frames.csv`.
        gallery: hard frames to show, in order.
        palette: (R, G, B) of each class, as in the bundle's manifest; for the gallery.
        defects: classes that are listed apart from the others.
        kept: picture of the findings that the robot kept; None without any.
        command: command that repeats the run; None where unknown.

    Raises:
        OSError: the page cannot be written.
    """
    page = html_report(
        report,
        rows=rows,
        gallery=gallery,
        palette=palette,
        defects=defects,
        kept=kept,
        command=command,
    )
    with whole_file(path) as file:
        file.write(page)


def html_report(
    report: Report,
    *,
    rows: Sequence[FrameRow],
    gallery: Sequence[GalleryFrame] = (),
    palette: Palette = (),
    defects: Sequence[str] = (),
    kept: Panel | None = None,
    command: str | None = None,
) -> str:
    """Return the page as text; see `write_html_report`."""
    return (
        template_environment()
        .get_template("report.html")
        .render(
            report=report,
            facts=headline.facts(report),
            tiles=headline.tiles(report),
            over_time=over_time(report, rows),
            trust=_trust(report, rows),
            updates=tables.updates_table(report) if report.updates else None,
            colours=class_colours(list(report.miou.published.per_class), palette),
            gallery=gallery_panels(gallery, rows=rows, palette=palette),
            classes=tables.classes_table(report, defects=defects) if report.scored else None,
            kept=kept,
            findings=tables.findings_table(report) if report.findings else None,
            segments=tables.segments_tables(report) if report.segments else (),
            shift=tables.shift_table(report) if report.shift.segments else None,
            answers=tables.answers_table(report),
            link=tables.link_tables(report.link) if report.link is not None else (),
            link_words=tables.link_words(report.link) if report.link is not None else "",
            processes=tables.processes_table(report) if report.processes else None,
            command=command,
        )
    )


def template_environment() -> jinja2.Environment:
    """Return the environment of the templates; it escapes all values, so none becomes markup."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("laecips_eval.reports.page"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"points": points, "percent": percent}
    return environment


def _trust(report: Report, rows: Sequence[FrameRow]) -> Mapping[str, Any] | None:
    """Return h before and after training; None if no frame has both."""
    found = trust(rows, first_version=report.setup.bundle.version)
    if not len(found.trained):
        return None
    delta = report.setup.delta
    return {
        "frames": len(found.trained),
        "trained": float(np.median(found.trained)),
        "untrained": float(np.median(found.untrained)),
        "hard": found.hard,
        "untrained_hard": float(np.mean(found.untrained <= delta)),
        "drawings": draw_trust(found, untrained_delta=delta),
        "words": trust_words(found),
    }
