"""`report.html`: a run on one page that needs nothing but itself.

Style, pictures and drawings are inside the page; there is no script and nothing is fetched, so it
can be mailed, archived and read in ten years.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from laecips_edge.core.atomic_files import whole_file

from laecips_eval.reports.page.curves import curves_html, trust_html
from laecips_eval.reports.page.gallery import Palette, gallery_html
from laecips_eval.reports.page.headline import headline_html
from laecips_eval.reports.page.html_text import escaped
from laecips_eval.reports.page.style import STYLE
from laecips_eval.reports.page.tables import (
    answers_html,
    classes_html,
    processes_html,
    segments_html,
    updates_html,
)
from laecips_eval.reports.report import Report
from laecips_eval.scoring.frame_gallery import GalleryFrame
from laecips_eval.scoring.frame_log import FrameRow


def write_html_report(
    path: Path,
    *,
    report: Report,
    rows: Sequence[FrameRow],
    gallery: Sequence[GalleryFrame] = (),
    palette: Palette = (),
    defects: Sequence[str] = (),
    command: str | None = None,
) -> None:
    """Writes the page of a run; `path` is replaced in one step.

    Args:
        path: where to; its folder exists.
        report: as in `report.json`.
        rows: the frame log, as in `frames.csv`.
        gallery: hard frames to show, in order.
        palette: (R, G, B) of each class, for the gallery; the bundle's manifest has it.
        defects: classes that are set off from the others.
        command: what makes the run again, where that is known.

    Raises:
        OSError: when it cannot be written.
    """
    page = html_report(
        report, rows=rows, gallery=gallery, palette=palette, defects=defects, command=command
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
    command: str | None = None,
) -> str:
    """The page as text; see `write_html_report`."""
    classes = list(report.miou.published.per_class)
    parts = [headline_html(report)]
    parts += _section("The run over time", curves_html(report, rows))
    parts += _section("How far f was trusted, before and after training", trust_html(report, rows))
    parts += _section("Model updates", updates_html(report))
    parts += _section("Hard frames", _gallery(gallery, rows, classes, palette))
    if report.miou.published.dataset is not None:
        parts += _section("Classes", classes_html(report, defects=defects))
    if report.segments:
        parts += _section("Segments", segments_html(report))
    parts += _section("Answers and latency", answers_html(report))
    if report.processes:
        parts += _section("Processes", processes_html(report))
    if command:
        parts += _section("Make it again", f"<pre><code>{escaped(command)}</code></pre>")
    parts.append(f"<footer>{_foot(report)}</footer>")
    title = escaped(f"{report.bag.name} - LAECIPS")
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{STYLE}</style></head>\n"
        f"<body><main>{_lines(parts)}</main></body></html>\n"
    )


def _section(title: str, content: str) -> list[str]:
    return [f"<h2>{escaped(title)}</h2>", content]


def _lines(parts: Sequence[str]) -> str:
    return "\n".join(parts)


def _gallery(
    frames: Sequence[GalleryFrame],
    rows: Sequence[FrameRow],
    classes: Sequence[str],
    palette: Palette,
) -> str:
    if not frames:
        return "<p>No hard frame was kept of this run.</p>"
    drawn = gallery_html(frames, rows=rows, classes=classes, palette=palette)
    return (
        '<p class="soft">Chosen by lot among the frames that h called hard, some of each segment: '
        f"nobody has looked at their scores.</p>{drawn}"
    )


def _foot(report: Report) -> str:
    network = report.setup.network
    asked = f"; the cloud asked {network.path} ({network.hash[:12]})" if network else ""
    return escaped(
        f"Bag {report.bag.path}; bundle {report.setup.bundle.path}{asked}. "
        "Every figure is in report.json, every frame in frames.csv beside this page."
    )
