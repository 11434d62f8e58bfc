"""What is known of one frame of a replay while the news comes in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from laecips_eval.scoring.answers import Answer
from laecips_eval.scoring.frame_log import FrameRow


@dataclass
class FrameRecord:
    """One frame: when it was played, how it was answered, how its label maps score.

    Times are nanoseconds on one monotonic clock, None where unknown. `waiting` are scores that need
    the frame's index, which tells its segment, before it is known.
    """

    index: int | None = None
    played_ns: int | None = None
    answer: Answer | None = None
    answered_ns: int | None = None
    map_ns: int | None = None
    checksum: int | None = None
    checksum_now: int | None = None
    iou: float | None = None
    iou_now: float | None = None
    waiting: list[Callable[[str], None]] = field(default_factory=list)

    @property
    def latency_ms(self) -> float | None:
        """Player's publish to the receipt of the label map, which is what people wait for."""
        received = self.answered_ns if self.map_ns is None else self.map_ns
        if self.played_ns is None or received is None or self.answer is None:
            return None
        return (received - self.played_ns) / 1e6

    def row(self, stamp_ns: int) -> FrameRow:
        """The frame as a row of the frame log."""
        row = FrameRow(
            stamp_ns=stamp_ns,
            index=self.index,
            latency_ms=self.latency_ms,
            iou=self.iou,
            iou_now=self.iou_now,
            checksum=self.checksum,
            checksum_now=self.checksum_now,
        )
        if self.answer is None:
            return row
        answer = {name: value for name, value in vars(self.answer).items() if name != "stamp_ns"}
        return replace(row, **answer)
