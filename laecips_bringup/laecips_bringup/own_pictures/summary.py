"""What came of `laecips new`: paths, accuracy, and how it gets onto a robot."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

from laecips_edge.core.bundle.bundle import Bundle
from laecips_eval.reports.output_names import OFFLINE_REPORT
from laecips_eval.reports.report import read_report

from laecips_bringup.own_pictures.steps import BAG, BUNDLE, DATA, RUN, TEACHER


def summary(folder: Path, *, quick: bool = False) -> Iterator[str]:
    """Yield lines for people.

    Args:
        folder: of `laecips new`, all steps done.
        quick: whether it was a dry run, whose bundle no robot should run.

    Raises:
        ValueError: bundle or report cannot be read.
    """
    manifest = Bundle.load(folder / BUNDLE).manifest
    report = read_report(folder / RUN / OFFLINE_REPORT)
    measured = manifest.training.get("held_out", {})
    yield f"{folder / BUNDLE}: the bundle of a robot, {len(manifest.classes)} classes"
    if measured:
        yield (
            f"  mIoU {_percent(measured.get('miou'))} on {measured.get('frames')} pictures that "
            "nothing learnt from"
        )
    page = folder / f"{BUNDLE}.training" / "report.html"
    if page.is_file():
        yield f"{page}: what f overlooks and what it names too often, and its worst pictures"
    teacher = folder / TEACHER
    if teacher.exists():
        yield f"{teacher}: a large network for the cloud"
    yield f"{folder / RUN / OFFLINE_REPORT}: a replay of {folder / BAG}, {report.frames} pictures"
    yield (
        f"  mIoU {_percent(report.miou.published.dataset)} as published, "
        f"{_percent(report.miou.edge_only.dataset)} by the robot alone; {report.cur:.1%} of the "
        "pictures went to the cloud"
    )
    for part in report.segments if len(report.segments) > 1 else ():
        yield (
            f"    {part.name}: {_percent(part.published)} as published, "
            f"{_percent(part.edge_only)} by the robot alone"
        )
    if quick:
        again = shlex.join(["laecips", "new", str(folder), "--no-quick"])
        yield f"a dry run: this bundle has learnt nothing; `{again}` trains it"
        return
    bundle = (folder / BUNDLE).resolve()
    asked = f" teacher:={teacher.resolve()}" if teacher.exists() else ""
    yield "on a robot:"
    yield (
        f"  ros2 launch laecips_edge edge.launch.py image_topic:=/camera/image_raw bundle:={bundle}"
    )
    yield "in the data centre, with a trainer that rehearses from the same pictures:"
    source = (folder / DATA).resolve()
    yield (
        f"  ros2 launch laecips_bringup cloud.launch.py bundle:={bundle}{asked} trainer:=true "
        f"source:={source}"
    )


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"
