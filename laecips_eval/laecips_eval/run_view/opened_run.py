"""The folder of a finished replay, opened with the bag that it played."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Final

from laecips_cloud.library.model_library import VERSIONS
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.frame.edge_settings import EdgeSettings

from laecips_eval.bags import Bag, open_bag
from laecips_eval.bags.label_files import LabelledBag
from laecips_eval.drift.drifted_bag import DriftedBag
from laecips_eval.drift.recipe import DriftRecipe
from laecips_eval.reports.f_alone import FAlone
from laecips_eval.reports.output_names import FRAMES, LIBRARY, OFFLINE_REPORT, REPORT, RESULT
from laecips_eval.reports.report import Report, read_report
from laecips_eval.scoring.frame_log import FrameRow, read_rows

_VERSIONS: Final = Path(LIBRARY) / VERSIONS


class RunError(ValueError):
    """A folder cannot be shown; the message is one line: what is wrong, where, what to do."""


@dataclass(frozen=True, kw_only=True)
class OpenedRun:
    """A finished replay.

    Attributes:
        report: its report.
        rows: its frame log, by stamp in nanoseconds.
        bag: the bag that it played, under the same drift.
        result: what it recorded, `result.mcap`.
        bundle: the bundle that it began with.
        versions: folder of the trainer's versions; missing where nothing was learnt.
    """

    report: Report
    rows: dict[int, FrameRow]
    bag: Bag
    result: Path
    bundle: Bundle
    versions: Path

    @property
    def rate_hz(self) -> float:
        """Frames a second on the bag's clock, by the median distance of two; 0 for one frame."""
        stamps = sorted(self.rows)
        steps = [later - earlier for earlier, later in pairwise(stamps)]
        return 1e9 / median(steps) if steps else 0.0

    def f_alone(self) -> FAlone:
        """Return f as it ran, to run again."""
        edge = EdgeSettings.from_parameters(self.report.setup.parameters["edge"])
        return FAlone(self.bundle, self.versions, edge)


def open_run(
    folder: Path,
    *,
    bag: Path | None = None,
    bundle: Path | None = None,
    truth_dir: Path | None = None,
) -> OpenedRun:
    """Open the folder that `laecips replay --out` filled.

    Args:
        folder: the folder.
        bag: where the bag lies now; None for where it was played.
        bundle: where the bundle lies now; None for where the run took it.
        truth_dir: folder of label maps in the place of the bag's own truth.

    Raises:
        RunError: the folder has no result of a live replay, or the bag is another one.
        ValueError: a file is damaged, or bag or bundle cannot be used.
        OSError: a file cannot be read.
    """
    report = live_report(folder)
    first = _bundle(report, bundle)
    played = _bag(report, bag)
    if truth_dir is not None:
        played = LabelledBag(played, truth_dir, classes=first.manifest.classes)
    if report.bag.drift:
        played = DriftedBag(played, DriftRecipe.model_validate(json.loads(report.bag.drift)))
    rows = {row.stamp_ns: row for row in read_rows(folder / FRAMES)}
    picture = next(played.frames(), None)
    if picture is None or picture.stamp_ns not in rows:
        raise RunError(
            f"{played.path} is not the bag that was played: say with --bag where that lies"
        )
    return OpenedRun(
        report=report,
        rows=rows,
        bag=played,
        result=folder / RESULT,
        bundle=first,
        versions=folder / _VERSIONS,
    )


def live_report(folder: Path) -> Report:
    """Return the report of a live replay that has kept its label maps.

    Args:
        folder: the folder that `laecips replay --out` filled.

    Raises:
        RunError: it has no result of a live replay.
        ReportError: its report is missing or damaged.
        OSError: it cannot be read.
    """
    if not folder.is_dir():
        raise RunError(f"there is no folder {folder}: name the --out of a `laecips replay`")
    if (folder / OFFLINE_REPORT).is_file() and not (folder / REPORT).is_file():
        raise RunError(
            f"{folder} is of an offline replay, which keeps no label maps: replay the bag without "
            "--offline"
        )
    report = read_report(folder / REPORT)
    if not (folder / RESULT).is_file():
        raise RunError(
            f"{folder} has no {RESULT}, so no label maps: replay the bag again, without "
            "--no-result-bag"
        )
    return report


def _bag(report: Report, path: Path | None) -> Bag:
    path = path or Path(report.bag.path)
    if not path.exists():
        raise RunError(f"the bag {path} that was played is gone: say with --bag where it lies now")
    return open_bag(path, report.bag.topic)


def _bundle(report: Report, path: Path | None) -> Bundle:
    path = path or Path(report.setup.bundle.path)
    if not path.is_dir():
        raise RunError(
            f"the bundle {path} that the run began with is gone: say with --bundle where it lies"
        )
    return Bundle.load(path)
