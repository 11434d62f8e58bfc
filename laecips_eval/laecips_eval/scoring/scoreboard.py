"""The outcome of every frame of a replay: running figures and the measured part of the report.

Pure: no ROS and no clock. The caller reports each event, in any order. A frame is identified by its
stamp. Each played frame has exactly one outcome: answered (by edge, cloud or edge_fallback),
superseded, rejected, or lost in transport; `frames = answered + dropped`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from laecips_cloud.metrics import LabelMap

from laecips_eval.scoring.answers import FALLBACK_REASONS, SOURCES, EdgeCounters, PublishedAnswer
from laecips_eval.scoring.disturbances import each_disturbance
from laecips_eval.scoring.frame_log import FrameRow, checksum
from laecips_eval.scoring.frame_record import FrameRecord
from laecips_eval.scoring.knowledge_age import knowledge_age
from laecips_eval.scoring.measures.comparison import Comparison
from laecips_eval.scoring.measures.finding_scores import FindingScores
from laecips_eval.scoring.measures.quantiles import quantiles, share, typical_and_slow
from laecips_eval.scoring.run_figures import (
    AnswerCounts,
    DropCounts,
    FallbackCounts,
    KnowledgeAge,
    Latencies,
    RunFigures,
    UpdateFigures,
    WireBytes,
)
from laecips_eval.scoring.segments import FrameRange, each_segment, last_segments
from laecips_eval.scoring.without_truth.shift import shift_of, stretches
from laecips_eval.scoring.without_truth.two_answers import TwoAnswers


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The running figures of a live view.

    Latencies are (p50, p95) in ms of the frames that edge or cloud answered; None before the first
    one. Fallbacks count for neither, as in the report.
    """

    played: int
    total: int | None
    answered: Mapping[str, int]
    superseded: int
    rejected: int = 0
    lost: int
    cur: float
    edge_ms: tuple[float, float] | None
    cloud_ms: tuple[float, float] | None
    bytes_up: int
    bytes_down: int
    published_miou: float | None
    edge_only_miou: float | None


class Scoreboard:
    """Collects the events of a replay and computes its figures.

    All times are nanoseconds on one monotonic clock; None offline. Label maps are uint8 [H, W],
    255 = no class; they are scored and not kept.
    """

    def __init__(
        self,
        *,
        classes: Sequence[str] = (),
        segments: Sequence[FrameRange] = (),
        total: int | None = None,
        first_version: int | None = None,
        disturbances: Sequence[FrameRange] = (),
    ) -> None:
        """Start without events.

        Args:
            classes: names of the classes, in the order of their indices.
            segments: the bag's segments, for accuracy by segment.
            total: number of frames of the bag, where known.
            first_version: version of the pair that the run began with (f without training); None:
                there are no figures of f without training.
            disturbances: the bag's stretches with trouble, for accuracy by disturbance.
        """
        self._disturbances = tuple(disturbances)
        self._classes, self._segments = tuple(classes), tuple(segments)
        self._total = total
        self._frames: dict[int, FrameRecord] = {}
        self._counters = EdgeCounters()
        self._rejection = ""
        self._two_answers = TwoAnswers()
        self._findings: FindingScores | None = None
        self._comparison = Comparison(
            classes=classes,
            segments=self._segments,
            first_version=first_version,
            disturbances=self._disturbances,
        )

    def score_findings(self, labels: Mapping[int, str], *, smallest: int) -> None:
        """Score findings too, from the next label map on; without labels do not.

        Args:
            labels: names of the classes whose regions are findings, by index.
            smallest: smallest area of a region, in pixels.
        """
        self._findings = FindingScores(labels, smallest=smallest) if labels else None

    def add_played(
        self,
        stamp_ns: int,
        *,
        index: int,
        total: int | None = None,
        monotonic_ns: int | None = None,
    ) -> None:
        """Count an image that the player has published, as number `index` of the bag's `total`."""
        self._total = total if total is not None else self._total
        frame = self._frame(stamp_ns)
        if frame.index is not None:
            return
        frame.index, frame.played_ns = index, monotonic_ns
        self._comparison.note_index(stamp_ns, frame)

    def add_answer(self, answer: PublishedAnswer, *, received_ns: int | None = None) -> None:
        """Add a frame's answer. A second answer to the same frame is ignored."""
        frame = self._frame(answer.stamp_ns)
        if frame.answer is None:
            frame.answer, frame.answered_ns = answer, received_ns
            self._comparison.note_version(answer.stamp_ns, frame)

    def add_label_map(
        self,
        stamp_ns: int,
        label_map: LabelMap,
        truth: LabelMap | None = None,
        *,
        received_ns: int | None = None,
    ) -> None:
        """Score the published label map of a frame; only the first one of a frame counts.

        Raises:
            ValueError: truth and label map differ in size.
        """
        frame = self._frame(stamp_ns)
        if frame.checksum is None:
            frame.map_ns, frame.checksum = received_ns, checksum(label_map)
            counts = np.bincount(label_map.ravel(), minlength=len(self._classes))
            frame.class_pixels = counts[: len(self._classes)]
            self._compare(stamp_ns, frame, label_map)
            self._comparison.add_published(stamp_ns, frame, label_map, truth)
            self._score_findings("published", label_map, truth)

    def add_label_map_now(
        self, stamp_ns: int, label_map: LabelMap, truth: LabelMap | None = None
    ) -> None:
        """Score f's own label map of a frame; only the first one of a frame counts.

        Raises:
            ValueError: truth and label map differ in size.
        """
        frame = self._frame(stamp_ns)
        if frame.checksum_now is None:
            frame.checksum_now = checksum(label_map)
            self._compare(stamp_ns, frame, label_map)
            self._comparison.add_now(stamp_ns, frame, label_map, truth)
            self._score_findings("edge_only", label_map, truth)

    def stamps_of_trained(self) -> list[int]:
        """Return the stamps of frames that f without training still has to process, in bag order.

        These are the frames that a later version than the first has processed, and those whose
        answer was lost, because their version is unknown. On all other frames f's own label map is
        that of f without training. Empty without a first version.
        """
        wants = self._comparison.wants_untrained
        return [stamp_ns for stamp_ns, frame in self._ordered() if wants(frame)]

    def add_untrained(
        self,
        stamp_ns: int,
        label_map: LabelMap,
        truth: LabelMap | None = None,
        *,
        trust: float,
    ) -> None:
        """Score the first pair on a frame of `stamps_of_trained`; only the first call counts.

        Args:
            stamp_ns: the frame's stamp in nanoseconds.
            label_map: label map of f without training.
            truth: true label map of the frame; None without truth.
            trust: h of the first pair, in [0, 1].

        Raises:
            ValueError: truth and label map differ in size.
        """
        frame = self._frames.get(stamp_ns)
        if frame is not None and self._comparison.wants_untrained(frame):
            self._comparison.add_untrained(stamp_ns, frame, label_map, truth, trust=trust)

    def add_counters(self, counters: EdgeCounters) -> None:
        """Add the edge node's own counters; older values than the known ones are ignored."""
        self._counters = self._counters.newest(counters)

    def add_rejection(self, reason: str) -> None:
        """Add why a picture could not be read; only the first reason is kept."""
        self._rejection = self._rejection or reason

    def stamps_of_rejected(self) -> list[int]:
        """Return the stamps of the frames that may be the rejected ones, in bag order.

        The edge node only counts them. They are among those that f has not labelled; empty where
        none was rejected.
        """
        return [
            stamp_ns
            for stamp_ns, frame in self._ordered()
            if self._counters.rejected and frame.answer is None and frame.checksum_now is None
        ]

    def figures(self, *, now_ns: int | None = None, patience_s: float = 5.0) -> Figures:
        """Return the running figures.

        Args:
            now_ns: time on the monotonic clock, to count overdue frames as lost; None: none is.
            patience_s: seconds after which a frame without an answer counts as lost.
        """
        answered, counted = self._answered(), self._counted()
        waited = [
            frame
            for frame in self._frames.values()
            if frame.answer is None
            and frame.played_ns is not None
            and now_ns is not None
            and now_ns - frame.played_ns > patience_s * 1e9
        ]
        return Figures(
            played=len(self._frames),
            total=self._total,
            answered=answered,
            superseded=counted.superseded,
            rejected=counted.rejected,
            lost=max(0, len(waited) - counted.superseded - counted.rejected),
            cur=share(counted.sent, len(self._frames)),
            edge_ms=typical_and_slow(self._latencies(source="edge")),
            cloud_ms=typical_and_slow(self._latencies(source="cloud")),
            bytes_up=counted.bytes_up,
            bytes_down=counted.bytes_down,
            published_miou=self._comparison.miou("published"),
            edge_only_miou=self._comparison.miou("edge_only"),
        )

    def measured(self, *, model_bytes: int = 0, held_out_trust: Sequence[float] = ()) -> RunFigures:
        """Return the measured part of the report.

        Args:
            model_bytes: bytes of model updates on the wire.
            held_out_trust: evenly spaced quantiles of the first pair's trust on held-out frames.
        """
        answered, counted = self._answered(), self._counted()
        frames = len(self._frames)
        unanswered = frames - sum(answered.values())
        superseded = min(counted.superseded, unanswered)
        rejected = min(counted.rejected, unanswered - superseded)
        reasons = Counter(answer.reason for answer in self._answers())
        miou_of = partial(self._comparison.miou_of, self._frames.values())
        return RunFigures(
            frames=frames,
            answered=AnswerCounts(**answered),
            fallback=FallbackCounts(**{reason: reasons[reason] for reason in FALLBACK_REASONS}),
            dropped=DropCounts(
                superseded=superseded,
                transport=unanswered - superseded - rejected,
                rejected=rejected,
            ),
            wanted=counted.wanted,
            sent=counted.sent,
            audit=counted.audit,
            cur=share(counted.sent, frames),
            latency_ms=Latencies(
                edge=quantiles(self._latencies(source="edge")),
                cloud=quantiles(self._latencies(source="cloud")),
                all=quantiles(self._latencies()),
            ),
            miou=self._comparison.summary(self._frames.values()),
            bytes=WireBytes(
                up=counted.bytes_up,
                down=counted.bytes_down,
                model=model_bytes,
                span_s=(max(self._frames) - min(self._frames)) / 1e9 if self._frames else 0.0,
            ),
            segments=each_segment(self._segments, self._frames.values(), miou_of),
            over_last=last_segments(self._segments, self._frames.values(), miou_of),
            shift=shift_of(
                self._segments or stretches(self._total or frames),
                list(self._frames.values()),
                classes=self._classes,
                held_out_trust=held_out_trust,
            ),
            disturbances=each_disturbance(
                self._disturbances, self._frames.values(), lambda kind: miou_of([kind])
            ),
            findings=self._findings.figures() if self._findings is not None else [],
            rejection=self._rejection if rejected else "",
        )

    def knowledge_age(self, updates: Iterable[UpdateFigures]) -> KnowledgeAge:
        """Return how old the knowledge of the running f was, given the updates of the run."""
        return knowledge_age(self._frames, updates)

    def first_frames(self) -> dict[int, int]:
        """Return the index of the first frame that each version of the pair has answered."""
        first: dict[int, int] = {}
        for _, frame in self._ordered():
            if frame.answer is not None and frame.index is not None:
                first.setdefault(frame.answer.version, frame.index)
        return first

    def rows(self) -> list[FrameRow]:
        """Return one row per frame, in bag order."""
        return [frame.row(stamp_ns) for stamp_ns, frame in self._ordered()]

    def _ordered(self) -> list[tuple[int, FrameRecord]]:
        return sorted(
            self._frames.items(), key=lambda item: (item[1].index is None, item[1].index, item[0])
        )

    def _compare(self, stamp_ns: int, frame: FrameRecord, label_map: LabelMap) -> None:
        agreement = self._two_answers.add(stamp_ns, label_map)
        frame.agreement = frame.agreement if agreement is None else agreement

    def _score_findings(self, stream: str, label_map: LabelMap, truth: LabelMap | None) -> None:
        if self._findings is not None and truth is not None:
            self._findings.add(stream, label_map, truth)

    def _frame(self, stamp_ns: int) -> FrameRecord:
        return self._frames.setdefault(stamp_ns, FrameRecord())

    def _answers(self) -> Iterable[PublishedAnswer]:
        return (frame.answer for frame in self._frames.values() if frame.answer is not None)

    def _answered(self) -> dict[str, int]:
        counts = Counter(answer.source for answer in self._answers())
        return {source: counts[source] for source in SOURCES}

    def _counted(self) -> EdgeCounters:
        """Return the node's counters, or the sums over the answers where these are newer.

        Audits are uploaded after their answer, so the answers cannot count them as sent.
        """
        answers = list(self._answers())
        return self._counters.newest(
            EdgeCounters(
                wanted=sum(answer.hard for answer in answers),
                sent=sum(answer.bytes_up > 0 for answer in answers),
                bytes_up=sum(answer.bytes_up for answer in answers),
                bytes_down=sum(answer.bytes_down for answer in answers),
            )
        )

    def _latencies(self, *, source: str | None = None) -> list[float]:
        return [
            frame.latency_ms
            for frame in self._frames.values()
            if frame.answer is not None
            and frame.latency_ms is not None
            and source in (None, frame.answer.source)
        ]
