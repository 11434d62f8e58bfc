"""Precision and recall of findings in a replay that has ended, from its output folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from laecips_cloud.metrics import LabelMap
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.findings.finding_settings import FindingSettings
from laecips_edge.core.findings.finding_tracker import FindingState, FindingTracker
from laecips_edge.core.findings.label_regions import LabelRegion, label_regions
from laecips_edge.core.frame.edge_settings import EdgeSettings
from laecips_edge.core.image.stamps import nanoseconds
from rosbags.typesys import Stores, get_typestore

from laecips_eval.bags import Bag
from laecips_eval.bags.messages import read_messages, topics_in
from laecips_eval.bags.topics import RAW_IMAGE
from laecips_eval.bags.truth import mono8
from laecips_eval.reports.f_alone import FAlone
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
    alone = FAlone(first, versions, EdgeSettings.from_parameters(report.setup.parameters["edge"]))
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
            own = alone.predict(frame.rgb(), row.version).label_map
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


def _label_maps(result: Path) -> Iterator[tuple[int, LabelMap]]:
    """Yield (stamp in ns, label map) of each published answer."""
    wanted = [
        topic
        for topic, kind in topics_in(result).items()
        if topic.endswith(LABEL_MAP) and kind == RAW_IMAGE
    ]
    if not wanted:
        raise ValueError(f"{result} has no topic ...{LABEL_MAP}: give a result of a replay")
    for found in read_messages(result, get_typestore(Stores.ROS2_JAZZY), wanted):
        yield nanoseconds(found.message.header.stamp), mono8(found.message)
