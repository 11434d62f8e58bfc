"""Accuracy of three streams of label maps: published, f as it ran, and f without training.

Messages arrive in any order. A score may exist before the frame's segment or the version of the
pair that processed it is known; until then it is kept as one confusion matrix.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Final

from laecips_cloud.metrics import LabelMap

from laecips_eval.scoring.disturbances import kind_of
from laecips_eval.scoring.frame_record import FrameRecord
from laecips_eval.scoring.measures.accuracy import Accuracy, FrameScore
from laecips_eval.scoring.run_figures import Accuracies
from laecips_eval.scoring.segments import FrameRange, place_of

STREAMS: Final = ("published", "edge_only", "edge_untrained")
"""What the robot published, f's own label maps as it ran, and those of the first pair's f."""

_MOST_WAITING: Final = 64


class Comparison:
    """Accuracies of the three streams; label maps are scored and not kept.

    "f without training" is the f of the pair that the run began with. Where that pair processed a
    frame, f's own label map is that of f without training; for all other frames the caller must
    run f without training and pass its label map to `add_untrained`.
    """

    def __init__(
        self,
        *,
        classes: Sequence[str],
        segments: Sequence[FrameRange],
        first_version: int | None,
        disturbances: Sequence[FrameRange] = (),
    ) -> None:
        """Start without scores.

        Args:
            classes: names of the classes, in the order of their indices.
            segments: the bag's segments.
            first_version: version of the pair that the run began with; None: f without training
                is not scored.
            disturbances: the bag's stretches with trouble.
        """
        self._disturbances = tuple(disturbances)
        self._classes = tuple(classes)
        self._segments = tuple(segments)
        self._first_version = first_version
        self._accuracies = {stream: Accuracy(classes=self._classes) for stream in STREAMS}
        self._unplaced: dict[int, list[tuple[str, FrameScore]]] = {}
        self._unanswered: dict[int, FrameScore | None] = {}

    def add_published(
        self, stamp_ns: int, frame: FrameRecord, label_map: LabelMap, truth: LabelMap | None
    ) -> None:
        """Score the published label map of a frame.

        Raises:
            ValueError: truth and label map differ in size.
        """
        if truth is not None:
            score = self._score(label_map, truth)
            frame.iou = score.iou
            self._count("published", stamp_ns, frame, score)

    def add_now(
        self, stamp_ns: int, frame: FrameRecord, label_map: LabelMap, truth: LabelMap | None
    ) -> None:
        """Score f's own label map of a frame.

        Raises:
            ValueError: truth and label map differ in size.
        """
        score = None
        if truth is not None:
            score = self._score(label_map, truth)
            frame.iou_now, frame.scored_now = score.iou, True
            self._count("edge_only", stamp_ns, frame, score)
        self._unanswered[stamp_ns] = score
        self.note_version(stamp_ns, frame)
        if len(self._unanswered) > _MOST_WAITING:
            # Its answer was most likely lost: `wants_untrained` stays true for this frame.
            del self._unanswered[next(iter(self._unanswered))]

    def note_version(self, stamp_ns: int, frame: FrameRecord) -> None:
        """Use a frame's answer, if it has one: it names the version of the pair."""
        if frame.answer is None or stamp_ns not in self._unanswered:
            return
        score = self._unanswered.pop(stamp_ns)
        if self._first_version is None or frame.answer.version != self._first_version:
            return
        frame.trust_untrained = frame.answer.trust
        self._count_untrained(stamp_ns, frame, score)

    def note_index(self, stamp_ns: int, frame: FrameRecord) -> None:
        """Count the frame's waiting scores for its parts of the bag; its index must be known."""
        for stream, score in self._unplaced.pop(stamp_ns, ()):
            self._count_parts(stream, frame, score)

    def wants_untrained(self, frame: FrameRecord) -> bool:
        """Return whether f has processed a frame and the result of f without training is missing.

        This includes frames whose answer was lost: the version that processed them is unknown.
        """
        return (
            self._first_version is not None
            and frame.checksum_now is not None
            and frame.trust_untrained is None
        )

    def add_untrained(
        self,
        stamp_ns: int,
        frame: FrameRecord,
        label_map: LabelMap,
        truth: LabelMap | None,
        *,
        trust: float,
    ) -> None:
        """Score the label map of f without training; `wants_untrained` must be true for the frame.

        Raises:
            ValueError: truth and label map differ in size.
        """
        score = None if truth is None else self._score(label_map, truth)
        frame.trust_untrained = trust
        self._count_untrained(stamp_ns, frame, score)

    def miou(self, stream: str) -> float | None:
        """Return the data-set mIoU of a stream so far, in [0, 1]; None without scores."""
        return self._accuracies[stream].miou()

    def summary(self, frames: Iterable[FrameRecord]) -> Accuracies:
        """Return the report's `miou`."""
        comparable = self._comparable(frames)
        return Accuracies(**{stream: accuracy.summary() for stream, accuracy in comparable.items()})

    def miou_of(
        self, frames: Iterable[FrameRecord], parts: Iterable[Hashable]
    ) -> dict[str, float | None]:
        """Return the data-set mIoU over parts of the bag, by stream; None where it is unknown.

        Args:
            frames: all frames of the run.
            parts: positions of segments, or names of disturbances.
        """
        chosen, comparable = tuple(parts), self._comparable(frames)
        return {stream: accuracy.miou_of(chosen) for stream, accuracy in comparable.items()}

    def _comparable(self, frames: Iterable[FrameRecord]) -> Mapping[str, Accuracy]:
        """Return all streams; f without training is empty unless it has all scored frames."""
        if all(frame.scored_untrained for frame in frames if frame.scored_now):
            return self._accuracies
        return self._accuracies | {"edge_untrained": Accuracy(classes=self._classes)}

    def _score(self, label_map: LabelMap, truth: LabelMap) -> FrameScore:
        return FrameScore.of(label_map, truth, classes=len(self._classes))

    def _count_untrained(self, stamp_ns: int, frame: FrameRecord, score: FrameScore | None) -> None:
        if score is not None:
            frame.iou_untrained, frame.scored_untrained = score.iou, True
            self._count("edge_untrained", stamp_ns, frame, score)

    def _count(self, stream: str, stamp_ns: int, frame: FrameRecord, score: FrameScore) -> None:
        self._accuracies[stream].add(score)
        if frame.index is None:
            self._unplaced.setdefault(stamp_ns, []).append((stream, score))
        else:
            self._count_parts(stream, frame, score)

    def _count_parts(self, stream: str, frame: FrameRecord, score: FrameScore) -> None:
        place = place_of(self._segments, frame.index)
        for part in (place, kind_of(self._disturbances, frame.index)):
            if part is not None:
                self._accuracies[stream].add_to_part(part, score)
