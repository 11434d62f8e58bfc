"""Frame-by-frame comparison of two replays of one bag."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from laecips_eval.scoring.frame_log import FrameRow


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """Number of compared frames, and the stamps of those that differ, by kind of difference.

    Attributes:
        compared: frames that both runs answered.
        trust: stamps in nanoseconds where h differs.
        decision: stamps where hard or audit differ.
        label_map: stamps where the label maps differ.
    """

    compared: int
    trust: Sequence[int]
    decision: Sequence[int]
    label_map: Sequence[int]

    @property
    def complete(self) -> bool:
        """Whether something was compared and nothing differs."""
        return self.compared > 0 and not (self.trust or self.decision or self.label_map)

    def __str__(self) -> str:
        """Return the result as one readable line."""
        if not self.compared:
            return "no frame was answered by both: nothing to compare"
        if self.complete:
            return (
                f"all {self.compared} frames that both answered agree in label map, h and decision"
            )
        parts = [
            f"{name} differs on {len(stamps)} (first: stamp {stamps[0]})"
            for name, stamps in (
                ("h", self.trust),
                ("the decision", self.decision),
                ("the label map", self.label_map),
            )
            if stamps
        ]
        return f"of {self.compared} frames that both answered, {', '.join(parts)}"


def compare(live: Sequence[FrameRow], offline: Sequence[FrameRow]) -> Agreement:
    """Compare all frames that both runs answered.

    The cloud of an offline run never fails. Where the live run fell back to f's answer, that answer
    is compared with f's answer of the offline run.

    Args:
        live: rows of the live run.
        offline: rows of the offline run.
    """
    counterparts = {row.stamp_ns: row for row in offline if row.source is not None}
    pairs = [
        (row, counterparts[row.stamp_ns])
        for row in live
        if row.source is not None and row.stamp_ns in counterparts
    ]
    return Agreement(
        compared=len(pairs),
        trust=[a.stamp_ns for a, b in pairs if a.trust != b.trust],
        decision=[a.stamp_ns for a, b in pairs if (a.hard, a.audit) != (b.hard, b.audit)],
        label_map=[a.stamp_ns for a, b in pairs if not _same_maps(a, b)],
    )


def _same_maps(live: FrameRow, offline: FrameRow) -> bool:
    """Return whether the label maps agree; a map that the runner did not receive always agrees."""
    expected = offline.checksum if live.source == "cloud" else offline.checksum_now
    return live.checksum in (None, expected) and live.checksum_now in (None, offline.checksum_now)
