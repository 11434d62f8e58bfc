"""Precision and recall of findings in a replay that has ended, from its output folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from laecips_cloud.metrics import LabelMap
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.findings.finding_settings import FindingSettings
from laecips_edge.core.findings.finding_tracker import FindingState, FindingTracker
from laecips_edge.core.findings.label_regions import LabelRegion, label_regions
from laecips_edge.core.frame.edge_settings import EdgeSettings
from laecips_edge.core.image.stamps import nanoseconds
from laecips_edge.core.inference.segmenter import Segmenter
from rosbags.typesys import Stores, get_typestore

from laecips_eval.bags import Bag
from laecips_eval.bags.opening import OpenedBag
from laecips_eval.bags.topics import RAW_IMAGE
from laecips_eval.reports.report import Report
from laecips_eval.scoring.frame_log import FrameRow, checksum
from laecips_eval.scoring.measures.finding_scores import FindingScores
from laecips_eval.scoring.run_figures import FindingFigures, RegionAccuracy

LABEL_MAP: Final = "/label_map"
"""End of the name of the topic with the published label maps."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True)
class ResultFindings:
    """The findings of a replay against the truth.

    Attributes:
        figures: by class.
        reported: by class, the regions that the robot reports: those that it has confirmed.
        findings: number of findings that it reports, each over many frames.
        frames: frames that were scored.
        run_again: frames whose own label map by f is not in the result, so that f was run again.
        differing: those of them where it gave another label map than in the replay, as another
            processor may.
    """

    figures: list[FindingFigures]
    reported: dict[str, RegionAccuracy]
    findings: int
    frames: int
    run_again: int
    differing: int


def score_result(
    result: Path,
    *,
    report: Report,
    rows: list[FrameRow],
    bag: Bag,
    versions: Path,
    settings: FindingSettings,
    progress: Progress = lambda done, total: None,
) -> ResultFindings:
    """Score the findings of a replay.

    Where f's answer was published it is f's own label map too; for the frames that the cloud
    answered, f runs again in the version that ran.

    Args:
        result: the replay's result.mcap.
        report: its report.
        rows: its frame log.
        bag: the bag that it played, with truth.
        versions: folder of the trainer's versions, each in a folder of six digits.
        settings: what is a finding.
        progress: called with (frames done, frames in total).

    Raises:
        ValueError: the bag has no truth, a class is unknown, or a version is missing; one line.
    """
    truth = bag.truth()
    if not truth:
        raise ValueError(f"{bag.path} has no truth: there is nothing to score findings with")
    first = Bundle.load(Path(report.setup.bundle.path))
    labels = settings.labels(first.manifest.classes)
    scores = FindingScores(labels, smallest=settings.smallest)
    reported = FindingScores(labels, smallest=settings.smallest)
    inspected = _Inspected(settings, labels)
    by_stamp = {row.stamp_ns: row for row in rows}
    alone = _FAlone(first, versions, EdgeSettings.from_parameters(report.setup.parameters["edge"]))
    frames = run_again = differing = done = 0
    maps = dict(_label_maps(result))
    for frame in bag.frames():
        done += 1
        progress(done, len(bag))
        stamp = frame.stamp_ns
        row, published, true = by_stamp.get(stamp), maps.get(stamp), truth.get(stamp)
        if row is None or published is None or true is None:
            continue
        frames += 1
        own = published
        if row.source == "cloud":
            own = alone.label_map(frame.rgb(), row.version)
            run_again += 1
            differing += checksum(own) != row.checksum_now
        scores.add("published", published, true)
        scores.add("edge_only", own, true)
        reported.add_regions("published", inspected.look(published, stamp), true)
    return ResultFindings(
        figures=scores.figures(),
        reported={it.name: it.published for it in reported.figures()},
        findings=inspected.findings,
        frames=frames,
        run_again=run_again,
        differing=differing,
    )


class _Inspected:
    """What a robot with these settings reports of label maps."""

    def __init__(self, settings: FindingSettings, labels: Mapping[int, str]) -> None:
        self.findings = 0
        self._settings = settings
        self._labels = labels
        self._tracker = FindingTracker(
            confirm=settings.confirm, looks=settings.looks, forget=settings.forget
        )

    def look(self, label_map: LabelMap, stamp_ns: int) -> list[LabelRegion]:
        """Return the regions of a frame that are reported."""
        settings = self._settings
        regions, _ = label_regions(
            label_map, None, self._labels, smallest=settings.smallest, most=settings.most
        )
        height, width = label_map.shape
        found = self._tracker.look(regions, stamp_ns=stamp_ns, picture=(height, width))
        self.findings += sum(it.state is FindingState.OPENED for it in found)
        return [it.region for it in found if it.region is not None]


class _FAlone:
    """Runs f in the versions of a replay."""

    def __init__(self, first: Bundle, versions: Path, edge: EdgeSettings) -> None:
        self._first = first
        self._versions = versions
        self._edge = edge
        self._running: tuple[int, Segmenter] | None = None

    def label_map(self, rgb: np.ndarray, version: int | None) -> LabelMap:
        """Return f's label map of a picture."""
        number = self._first.manifest.version if version is None else version
        if self._running is None or self._running[0] != number:
            self._running = number, self._edge.segmenter(self._bundle(number))
        return self._running[1].predict(rgb).label_map

    def _bundle(self, number: int) -> Bundle:
        if number == self._first.manifest.version:
            return self._first
        folder = self._versions / f"{number:06d}"
        if not folder.is_dir():
            raise ValueError(
                f"{folder} is missing: f alone cannot be scored without version {number}, which "
                "ran in this replay"
            )
        return Bundle.load(folder)


def _label_maps(result: Path) -> Iterator[tuple[int, LabelMap]]:
    """Yield (stamp in ns, label map) of each published answer."""
    types = get_typestore(Stores.ROS2_JAZZY)
    with OpenedBag(result) as reader:
        wanted = [
            it
            for it in reader.connections
            if it.topic.endswith(LABEL_MAP) and it.msgtype == RAW_IMAGE
        ]
        if not wanted:
            raise ValueError(f"{result} has no topic ...{LABEL_MAP}: give a result of a replay")
        for connection, _, data in reader.messages(connections=wanted):
            message: Any = types.deserialize_cdr(data, connection.msgtype)
            rows = np.asarray(message.data, np.uint8).reshape(message.height, message.step)
            yield nanoseconds(message.header.stamp), rows[:, : message.width]
