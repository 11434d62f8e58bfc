"""Three streams of label maps against truth: published, f as it ran, and f without training.

Messages come in any order, so a score may be there before it is known which segment the frame is
of, or which version of the pair has looked at it. It waits until then as one confusion matrix.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from laecips_cloud.metrics import LabelMap

from laecips_eval.scoring.accuracy import Accuracy, FrameScore
from laecips_eval.scoring.frame_record import FrameRecord
from laecips_eval.scoring.run_figures import Accuracies
from laecips_eval.scoring.segments import Segment, place_of

STREAMS: Final = ("published", "edge_only", "edge_untrained")
"""What the robot published, f's own answers as it ran, and those of the pair of the start."""

_MOST_WAITING: Final = 64


class Comparison:
    """Scores label maps and forgets them.

    f without training is what the run began with. On a frame that this pair looked at, f's own
    answer is that of f without training; on others somebody has to ask it (`add_untrained`).
    """

    def __init__(
        self,
        *,
        classes: Sequence[str],
        segments: Sequence[Segment],
        first_version: int | None,
    ) -> None:
        """Starts with nothing scored.

        Args:
            classes: names of the classes, in the order of their indices.
            segments: the bag's segments.
            first_version: version of the pair that the run began with; None: f without training
                is not asked after.
        """
        self._classes = tuple(classes)
        self._segments = tuple(segments)
        self._first_version = first_version
        self._accuracies = {stream: Accuracy(classes=self._classes) for stream in STREAMS}
        self._unplaced: dict[int, list[tuple[str, FrameScore]]] = {}
        self._unanswered: dict[int, FrameScore | None] = {}

    def add_published(
        self, stamp_ns: int, frame: FrameRecord, label_map: LabelMap, truth: LabelMap | None
    ) -> None:
        """Scores what was published for a frame.

        Raises:
            ValueError: when truth and label map differ in size.
        """
        if truth is not None:
            score = self._score(label_map, truth)
            frame.iou = score.iou
            self._count("published", stamp_ns, frame, score)

    def add_now(
        self, stamp_ns: int, frame: FrameRecord, label_map: LabelMap, truth: LabelMap | None
    ) -> None:
        """Scores f's own answer for a frame.

        Raises:
            ValueError: when truth and label map differ in size.
        """
        score = None
        if truth is not None:
            score = self._score(label_map, truth)
            frame.iou_now, frame.scored_now = score.iou, True
            self._count("edge_only", stamp_ns, frame, score)
        self._unanswered[stamp_ns] = score
        self.note_version(stamp_ns, frame)
        if len(self._unanswered) > _MOST_WAITING:
            # Its answer was lost, most likely: it is left to those who ask f without training.
            del self._unanswered[next(iter(self._unanswered))]

    def note_version(self, stamp_ns: int, frame: FrameRecord) -> None:
        """Called when a frame's answer is there, which says whose f it was."""
        if frame.answer is None or stamp_ns not in self._unanswered:
            return
        score = self._unanswered.pop(stamp_ns)
        if self._first_version is None or frame.answer.version != self._first_version:
            return
        frame.trust_untrained = frame.answer.trust
        self._count_untrained(stamp_ns, frame, score)

    def note_index(self, stamp_ns: int, frame: FrameRecord) -> None:
        """Called when a frame's index is there, which says what segment it is of."""
        for stream, score in self._unplaced.pop(stamp_ns, ()):
            self._count_segment(stream, frame, score)

    def wants_untrained(self, frame: FrameRecord) -> bool:
        """Whether f has answered a frame, and what f without training says of it is not known.

        That is so of a frame whose answer was lost, too: who looked at it is not known.
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
        """Scores what f without training says of a frame that wants it.

        Raises:
            ValueError: when truth and label map differ in size.
        """
        score = None if truth is None else self._score(label_map, truth)
        frame.trust_untrained = trust
        self._count_untrained(stamp_ns, frame, score)

    def miou(self, stream: str) -> float | None:
        """The data set's mIoU of a stream until now, in [0, 1]; None while there is none."""
        return self._accuracies[stream].miou()

    def summary(self, frames: Iterable[FrameRecord]) -> Accuracies:
        """Return the report's `miou`."""
        comparable = self._comparable(frames)
        return Accuracies(**{stream: accuracy.summary() for stream, accuracy in comparable.items()})

    def miou_of(
        self, frames: Iterable[FrameRecord], places: Iterable[int]
    ) -> dict[str, float | None]:
        """The data set's mIoU of some segments together, by stream; None where there is none.

        Args:
            frames: all frames of the run.
            places: of the segments in the bag.
        """
        chosen, comparable = tuple(places), self._comparable(frames)
        return {stream: accuracy.miou_of(chosen) for stream, accuracy in comparable.items()}

    def _comparable(self, frames: Iterable[FrameRecord]) -> Mapping[str, Accuracy]:
        """All streams, that of f without training only where it has the frames of the others."""
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
            self._count_segment(stream, frame, score)

    def _count_segment(self, stream: str, frame: FrameRecord, score: FrameScore) -> None:
        place = place_of(self._segments, frame.index)
        if place is not None:
            self._accuracies[stream].add_to_segment(place, score)
