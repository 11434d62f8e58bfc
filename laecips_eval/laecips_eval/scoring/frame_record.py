"""The state of one frame while messages about it arrive."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from laecips_eval.scoring.answers import PublishedAnswer
from laecips_eval.scoring.frame_log import FrameRow


@dataclass
class FrameRecord:
    """One frame: when it was played, how it was answered, how its label maps score.

    Times are nanoseconds on one monotonic clock, None where unknown.

    Attributes:
        agreement: share of pixels that have one class in both label maps, in [0, 1].
        class_pixels: pixels of the published label map by class, int64 [M].
        scored_now: whether f's own label map has been compared with truth.
        scored_untrained: whether the label map of f without training has been.
    """

    index: int | None = None
    played_ns: int | None = None
    answer: PublishedAnswer | None = None
    answered_ns: int | None = None
    map_ns: int | None = None
    checksum: int | None = None
    checksum_now: int | None = None
    iou: float | None = None
    iou_now: float | None = None
    iou_untrained: float | None = None
    trust_untrained: float | None = None
    agreement: float | None = None
    class_pixels: NDArray[np.int64] | None = None
    scored_now: bool = False
    scored_untrained: bool = False

    @property
    def latency_ms(self) -> float | None:
        """Milliseconds from the player's publish to the receipt of the label map, which is last."""
        received = self.answered_ns if self.map_ns is None else self.map_ns
        if self.played_ns is None or received is None or self.answer is None:
            return None
        return (received - self.played_ns) / 1e6

    @property
    def went_up(self) -> bool:
        """Whether the frame was uploaded; an audit's answer does not yet know its bytes."""
        return self.answer is not None and (self.answer.bytes_up > 0 or self.answer.audit)

    @property
    def agreement_with_cloud(self) -> float | None:
        """The agreement of f and F; None unless the cloud has answered the frame."""
        if self.answer is None or self.answer.source != "cloud":
            return None
        return self.agreement

    @property
    def trust_of_first(self) -> float | None:
        """The first pair's trust, or that of the pair that ran where it is not known."""
        if self.trust_untrained is not None or self.answer is None:
            return self.trust_untrained
        return self.answer.trust

    def row(self, stamp_ns: int) -> FrameRow:
        """Return the frame as a row of the frame log."""
        row = FrameRow(
            stamp_ns=stamp_ns,
            index=self.index,
            latency_ms=self.latency_ms,
            iou=self.iou,
            iou_now=self.iou_now,
            iou_untrained=self.iou_untrained,
            trust_untrained=self.trust_untrained,
            checksum=self.checksum,
            checksum_now=self.checksum_now,
            agreement=self.agreement_with_cloud,
        )
        if self.answer is None:
            return row
        answer = {name: value for name, value in vars(self.answer).items() if name != "stamp_ns"}
        return replace(row, **answer)
