"""What became of every frame of a replay: the running figures and the measured part of the report.

Pure: it is told what was seen, in whatever order the news comes in, and knows no ROS and no clock.
A frame is known by its stamp. Every frame that was played ends in exactly one place: answered (by
edge, cloud or edge_fallback), superseded, or lost in transport; `frames = answered + dropped`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from laecips_edge.core.metrics import LabelMap

from laecips_eval.scoring.accuracy import Accuracy
from laecips_eval.scoring.answers import FALLBACK_REASONS, SOURCES, Answer, EdgeCounters
from laecips_eval.scoring.frame_log import FrameRow, checksum
from laecips_eval.scoring.frame_record import FrameRecord

QUANTILES: Final = (50, 95, 99)


class Segment(Protocol):
    """A named stretch of a bag: frames `start <= index < stop`."""

    @property
    def name(self) -> str:
        """What happens there."""
        ...

    @property
    def start(self) -> int:
        """Index of its first frame."""
        ...

    @property
    def stop(self) -> int:
        """Index after its last frame."""
        ...


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The running figures of a live view.

    Latencies are (p50, p95) in ms, None before the first, of what edge or cloud answered, as in the
    report: a fallback is neither.
    """

    played: int
    total: int | None
    answered: Mapping[str, int]
    superseded: int
    lost: int
    cur: float
    edge_ms: tuple[float, float] | None
    cloud_ms: tuple[float, float] | None
    bytes_up: int
    bytes_down: int
    published_miou: float | None
    edge_only_miou: float | None


class Scoreboard:
    """Collects what was seen of a replay and says what it comes to.

    All times are nanoseconds on one monotonic clock; None where there is none (offline). Label maps
    are uint8 [H, W], 255 = no class; they are scored and forgotten.
    """

    def __init__(
        self,
        *,
        classes: Sequence[str] = (),
        segments: Sequence[Segment] = (),
        total: int | None = None,
    ) -> None:
        """Starts empty.

        Args:
            classes: names of the classes, in the order of their indices.
            segments: the bag's segments, for accuracy by segment.
            total: how many frames the bag has, where known.
        """
        self._segments = tuple(segments)
        self._total = total
        self._frames: dict[int, FrameRecord] = {}
        self._counters = EdgeCounters()
        self._published = Accuracy(classes=classes)
        self._edge_only = Accuracy(classes=classes)

    def add_played(
        self,
        stamp_ns: int,
        *,
        index: int,
        total: int | None = None,
        monotonic_ns: int | None = None,
    ) -> None:
        """Notes that an image has left the player, as number `index` of the bag's `total`."""
        self._total = total if total is not None else self._total
        frame = self._frame(stamp_ns)
        if frame.index is not None:
            return
        frame.index, frame.played_ns = index, monotonic_ns
        self._score_segment(frame)

    def add_answer(self, answer: Answer, *, received_ns: int | None = None) -> None:
        """Notes how a frame was answered. A second answer to the same frame is ignored."""
        frame = self._frame(answer.stamp_ns)
        if frame.answer is None:
            frame.answer, frame.answered_ns = answer, received_ns

    def add_label_map(
        self,
        stamp_ns: int,
        label_map: LabelMap,
        truth: LabelMap | None = None,
        *,
        received_ns: int | None = None,
    ) -> None:
        """Scores what was published for a frame; the first map of a frame counts.

        Raises:
            ValueError: when truth and label map differ in size.
        """
        frame = self._frame(stamp_ns)
        if frame.checksum is None:
            frame.map_ns, frame.checksum = received_ns, checksum(label_map)
            frame.iou = self._score(self._published, frame, label_map, truth)

    def add_label_map_now(
        self, stamp_ns: int, label_map: LabelMap, truth: LabelMap | None = None
    ) -> None:
        """Scores f's own answer for a frame; the first map of a frame counts.

        Raises:
            ValueError: when truth and label map differ in size.
        """
        frame = self._frame(stamp_ns)
        if frame.checksum_now is None:
            frame.checksum_now = checksum(label_map)
            frame.iou_now = self._score(self._edge_only, frame, label_map, truth)

    def add_counters(self, counters: EdgeCounters) -> None:
        """Takes the edge node's own counters; older ones than known do no harm."""
        self._counters = self._counters.newest(counters)

    def figures(self, *, now_ns: int | None = None, patience_s: float = 5.0) -> Figures:
        """The running figures.

        Args:
            now_ns: the monotonic clock, to tell what is lost from what is on its way.
            patience_s: a frame without an answer counts as lost after so many seconds.
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
            lost=max(0, len(waited) - counted.superseded),
            cur=_share(counted.sent, len(self._frames)),
            edge_ms=_pair(self._latencies(source="edge")),
            cloud_ms=_pair(self._latencies(source="cloud")),
            bytes_up=counted.bytes_up,
            bytes_down=counted.bytes_down,
            published_miou=self._published.miou(),
            edge_only_miou=self._edge_only.miou(),
        )

    def measured(self) -> dict[str, Any]:
        """The measured part of the report; `reports.report` says what each key means."""
        answered, counted = self._answered(), self._counted()
        frames = len(self._frames)
        unanswered = frames - sum(answered.values())
        # An image that arrived unreadable, or an answer that did not arrive, was lost on the way.
        superseded = min(counted.superseded, unanswered)
        reasons = Counter(answer.reason for answer in self._answers())
        return {
            "frames": frames,
            "answered": answered,
            "fallback": {reason: reasons[reason] for reason in FALLBACK_REASONS},
            "dropped": {"superseded": superseded, "transport": unanswered - superseded},
            "wanted": counted.wanted,
            "sent": counted.sent,
            "audit": counted.audit,
            "cur": _share(counted.sent, frames),
            "latency_ms": {
                "edge": _quantiles(self._latencies(source="edge")),
                "cloud": _quantiles(self._latencies(source="cloud")),
                "all": _quantiles(self._latencies()),
            },
            "miou": {
                "published": self._published.summary(),
                "edge_only": self._edge_only.summary(),
            },
            "bytes": {"up": counted.bytes_up, "down": counted.bytes_down, "model": 0},
            "segments": [self._segment_summary(segment) for segment in self._segments],
        }

    def rows(self) -> list[FrameRow]:
        """One row a frame, in the order of the bag."""
        ordered = sorted(
            self._frames.items(), key=lambda item: (item[1].index is None, item[1].index, item[0])
        )
        return [frame.row(stamp_ns) for stamp_ns, frame in ordered]

    def _frame(self, stamp_ns: int) -> FrameRecord:
        return self._frames.setdefault(stamp_ns, FrameRecord())

    def _answers(self) -> Iterable[Answer]:
        return (frame.answer for frame in self._frames.values() if frame.answer is not None)

    def _answered(self) -> dict[str, int]:
        counts = Counter(answer.source for answer in self._answers())
        return {source: counts[source] for source in SOURCES}

    def _counted(self) -> EdgeCounters:
        """The node's counters, or what the answers add up to where those are newer.

        Audits are answered before they go up, so their answers cannot tell what was sent.
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

    def _score(
        self, accuracy: Accuracy, frame: FrameRecord, label_map: LabelMap, truth: LabelMap | None
    ) -> float | None:
        if truth is None:
            return None
        iou = accuracy.add(label_map, truth)
        frame.waiting.append(lambda name: accuracy.add_to_segment(name, label_map, truth))
        self._score_segment(frame)
        return iou

    def _score_segment(self, frame: FrameRecord) -> None:
        if frame.index is None:
            return
        for segment in self._segments:
            if segment.start <= frame.index < segment.stop:
                for score in frame.waiting:
                    score(segment.name)
        frame.waiting.clear()

    def _segment_summary(self, segment: Segment) -> dict[str, Any]:
        frames = [
            frame
            for frame in self._frames.values()
            if frame.index is not None and segment.start <= frame.index < segment.stop
        ]
        answers = [frame.answer for frame in frames if frame.answer is not None]
        return {
            "name": segment.name,
            "start": segment.start,
            "stop": segment.stop,
            "frames": len(frames),
            "answered": len(answers),
            "wanted": sum(answer.hard for answer in answers),
            "miou": {
                "published": self._published.miou(segment.name),
                "edge_only": self._edge_only.miou(segment.name),
            },
        }


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _pair(latencies: Sequence[float]) -> tuple[float, float] | None:
    if not latencies:
        return None
    p50, p95 = np.percentile(latencies, (50, 95))
    return float(p50), float(p95)


def _quantiles(latencies: Sequence[float]) -> dict[str, float | None]:
    values = np.percentile(latencies, QUANTILES).tolist() if latencies else [None] * len(QUANTILES)
    return {f"p{q}": value for q, value in zip(QUANTILES, values, strict=True)}
