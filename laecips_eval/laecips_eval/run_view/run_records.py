"""A finished replay as a stream of records, in the order of the bag's clock.

Two files are read side by side, the bag and what the run recorded; memory holds a frame or two of
each. f's own label map is the published one where f answered. Where the cloud did, f runs again.
"""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from laecips_edge.core.image.codecs import ImageError, encode_jpeg
from laecips_edge.core.image.stamps import nanoseconds
from laecips_edge.core.inference.segmenter import Prediction

from laecips_eval.bags.messages import RecordedMessage, read_messages, topics_in
from laecips_eval.bags.pictures import BagFrame
from laecips_eval.bags.result_bag import message_types
from laecips_eval.bags.topics import RAW_IMAGE, BagError
from laecips_eval.bags.truth import mono8
from laecips_eval.reports.f_alone import FAlone, MissingVersionError
from laecips_eval.run_view.frame_text import HARD, NO_ANSWER, curves_of, decision_of, summary_of
from laecips_eval.run_view.message_records import finding_records, update_note
from laecips_eval.run_view.opened_run import OpenedRun
from laecips_eval.run_view.records import (
    Absent,
    Boxes,
    Curves,
    Labels,
    Lane,
    Moment,
    Note,
    Photo,
    Record,
    Sight,
    State,
    Summary,
)
from laecips_eval.scoring.frame_log import FrameRow, checksum
from laecips_eval.scoring.segments import FrameRange, place_of

_QUALITY: Final = 90
_FINDINGS: Final = "laecips_msgs/msg/FindingArray"
_MODEL_REPORT: Final = "laecips_msgs/msg/ModelReport"
_LABEL_MAP: Final = "/label_map"

Progress = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True)
class FrameChoice:
    """Which part of a run is shown.

    Attributes:
        first: position of the first frame.
        last: position of the last one; None for the bag's last.
        every: every how many frames.
        f: whether f's own label maps are shown; f runs again where the cloud answered.
        confidence: whether f runs again on each frame, for its confidence.
    """

    first: int = 0
    last: int | None = None
    every: int = 1
    f: bool = True
    confidence: bool = False

    def __post_init__(self) -> None:
        """Check the numbers.

        Raises:
            ValueError: there can be no such frames.
        """
        if self.first < 0 or self.every < 1 or (self.last is not None and self.last < self.first):
            raise ValueError(
                f"frames {self.first} to {self.last}, every {self.every}: count from 0, upwards"
            )

    def __contains__(self, frame: int) -> bool:
        """Whether a frame is shown."""
        within = frame >= self.first and (self.last is None or frame <= self.last)
        return within and (frame - self.first) % self.every == 0


@dataclass
class RunRecords:
    """The records of a run; iterate once.

    Attributes:
        run: the run.
        choice: which part of it.
        progress: called with (frames done, frames in the bag).
        shown: frames shown so far.
        run_again: frames on which f has run again.
        differing: those of them where it gave another label map than in the run, as another
            processor may.
    """

    run: OpenedRun
    choice: FrameChoice = field(default_factory=FrameChoice)
    progress: Progress = lambda done, total: None
    shown: int = 0
    run_again: int = 0
    differing: int = 0

    @property
    def sights(self) -> set[Sight]:
        """What there is to see of its frames."""
        found = {Sight.CAMERA, Sight.PUBLISHED}
        found |= {Sight.F} if self.choice.f else set()
        found |= {Sight.CONFIDENCE} if self.choice.confidence else set()
        return found | ({Sight.TRUTH} if self.run.bag.truth() else set())

    def __iter__(self) -> Iterator[Record]:
        """Yield the records.

        Raises:
            BagError: the bag or the recording is damaged.
            EngineError: f cannot be run here.
        """
        streams = (self._played(), self._recorded())
        for _, records in heapq.merge(*streams, key=lambda it: it[0]):
            yield from records

    def _played(self) -> Iterator[tuple[int, list[Record]]]:
        """Yield (time in ns, records) of each picture of the bag that was played."""
        truth, lanes = self.run.bag.truth(), _Lanes()
        alone = self.run.f_alone() if self.choice.f or self.choice.confidence else None
        missing: set[int | None] = set()
        for number, picture in enumerate(self.run.bag.frames()):
            if self.choice.last is not None and number > self.choice.last:
                return
            self.progress(number + 1, len(self.run.bag))
            row = self.run.rows.get(picture.stamp_ns)
            if row is None or number not in self.choice:
                continue
            self.shown += 1
            at = Moment(stamp_ns=picture.stamp_ns, frame=number)
            records: list[Record] = [_photo(at, picture)]
            if picture.stamp_ns in truth:
                true = truth[picture.stamp_ns]
                records.append(Labels(at=at, sight=Sight.TRUTH, label_map=true))
            elif truth:
                records.append(Absent(at=at, sight=Sight.TRUTH))
            records += self._decided(at, row, lanes)
            if alone is not None and row.source is not None:
                try:
                    records += self._f_again(at, picture, row, alone)
                except MissingVersionError as error:
                    again = self.sights & {Sight.F, Sight.CONFIDENCE}
                    records += [Absent(at=at, sight=sight) for sight in sorted(again)]
                    if row.version not in missing:
                        records.append(Note(at=at, text=str(error), warns=True))
                    missing.add(row.version)
            yield at.stamp_ns, records

    def _decided(self, at: Moment, row: FrameRow, lanes: _Lanes) -> Iterator[Record]:
        bag, decision = self.run.bag, decision_of(row)
        states = {
            Lane.DECISION: decision,
            Lane.VERSION: None if row.version is None else f"version {row.version}",
            Lane.SEGMENT: _name_at(bag.segments, at.frame),
            Lane.DISTURBANCE: _name_at(bag.disturbances, at.frame),
        }
        yield from lanes.changes(at, states)
        yield Curves(at=at, values=curves_of(row))
        stretches = [states[Lane.SEGMENT], states[Lane.DISTURBANCE]]
        text = summary_of(row, frame=at.frame, stretches=[name for name in stretches if name])
        yield Summary(at=at, text=text)
        if decision == NO_ANSWER:
            answers = self.sights & {Sight.PUBLISHED, Sight.F, Sight.CONFIDENCE}
            yield from (Absent(at=at, sight=sight) for sight in sorted(answers))
            yield Boxes(at=at, boxes=np.zeros((0, 4), np.float32), labels=(), texts=())

    def _f_again(
        self, at: Moment, picture: BagFrame, row: FrameRow, alone: FAlone
    ) -> Iterator[Record]:
        """Yield what f says where the run has not kept it; nothing where the picture is broken."""
        wanted = decision_of(row) == HARD and self.choice.f
        if not wanted and not self.choice.confidence:
            return
        try:
            found: Prediction = alone.predict(picture.rgb(), row.version)
        except BagError:
            return
        self.run_again += 1
        self.differing += row.checksum_now not in (None, checksum(found.label_map))
        if wanted:
            yield Labels(at=at, sight=Sight.F, label_map=found.label_map)
        if self.choice.confidence:
            grey = np.repeat(found.confidence_map[:, :, np.newaxis], 3, axis=2)
            yield Photo(at=at, sight=Sight.CONFIDENCE, jpeg=encode_jpeg(grey, _QUALITY))

    def _recorded(self) -> Iterator[tuple[int, list[Record]]]:
        """Yield (time in ns, records) of each message that the run recorded."""
        kinds = {
            topic: kind
            for topic, kind in topics_in(self.run.result).items()
            if kind in (_FINDINGS, _MODEL_REPORT)
            or (kind == RAW_IMAGE and topic.endswith(_LABEL_MAP))
        }
        stamps = sorted(self.run.rows)
        for found in read_messages(self.run.result, message_types(), kinds):
            if kinds[found.topic] == _MODEL_REPORT:
                before = self.run.rows[stamps[max(bisect_right(stamps, found.recorded_ns), 1) - 1]]
                at = Moment(stamp_ns=found.recorded_ns, frame=before.index or 0)
                yield found.recorded_ns, [update_note(at, found.message)]
                continue
            stamp = nanoseconds(found.message.header.stamp)
            row = self.run.rows.get(stamp)
            if row is None or row.index is None or row.index not in self.choice:
                continue
            at = Moment(stamp_ns=stamp, frame=row.index)
            if kinds[found.topic] == _FINDINGS:
                yield found.recorded_ns, list(finding_records(at, found.message))
            else:
                yield found.recorded_ns, list(self._published(at, found, row))

    def _published(self, at: Moment, found: RecordedMessage, row: FrameRow) -> Iterator[Record]:
        try:
            label_map = mono8(found.message)
        except ImageError as error:
            raise BagError(
                f"{self.run.result}: {found.topic} at {at.stamp_ns} {error}: replay the bag again"
            ) from error
        yield Labels(at=at, sight=Sight.PUBLISHED, label_map=label_map)
        if self.choice.f and decision_of(row) != HARD:
            yield Labels(at=at, sight=Sight.F, label_map=label_map)


class _Lanes:
    """Tells which lanes change their state."""

    def __init__(self) -> None:
        self._states: dict[Lane, str | None] = {}

    def changes(self, at: Moment, states: dict[Lane, str | None]) -> Iterator[State]:
        for lane, state in states.items():
            if self._states.get(lane) != state:
                yield State(at=at, lane=lane, state=state)
        self._states |= states


def _name_at(stretches: Sequence[FrameRange], frame: int) -> str | None:
    place = place_of(stretches, frame)
    return None if place is None else stretches[place].name


def _photo(at: Moment, picture: BagFrame) -> Record:
    """Return the picture, as recorded where it is a JPEG; absent where it is broken."""
    try:
        jpeg = picture.picture().jpeg() or encode_jpeg(picture.rgb(), _QUALITY)
    except (BagError, ImageError):
        return Absent(at=at, sight=Sight.CAMERA)
    return Photo(at=at, sight=Sight.CAMERA, jpeg=jpeg)
