"""What a run shows without truth: trust, agreement of f and F, and class mix, by segment.

Each segment is compared with the first one, and the trust of the first one with the bundle's
quantiles of trust on held-out frames.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from laecips_cloud.distances import ks_by_chance, ks_distance, psi_terms
from numpy.typing import NDArray

from laecips_eval.bags.topics import Segment
from laecips_eval.scoring.frame_record import FrameRecord
from laecips_eval.scoring.run_figures import SegmentShift, ShiftFigures
from laecips_eval.scoring.segments import FrameRange, place_of

LEAST_KS: Final = 0.3
"""Smaller distances are no alarm: neighbouring frames look alike, so chance is underrated."""

LEAST_FALL: Final = 0.05
"""Trust must fall by so much in the mean; a rise of trust is no alarm."""

LARGE_PSI: Final = 0.25
LEAST_DROP: Final = 0.1
FEWEST: Final = 5
"""So many frames of each must be compared before a lower agreement is an alarm."""

_STRETCHES, _SHORTEST = 5, 10


def stretches(frames: int) -> list[Segment]:
    """Return equal parts of a bag that names no segments: five, of at least ten frames each."""
    parts = max(1, min(_STRETCHES, frames // _SHORTEST))
    edges = [frames * number // parts for number in range(parts + 1)]
    return [
        Segment(f"frames {start} to {stop - 1}", start, stop)
        for start, stop in pairwise(edges)
        if stop > start
    ]


def shift_of(
    segments: Sequence[FrameRange],
    frames: Sequence[FrameRecord],
    *,
    classes: Sequence[str],
    held_out_trust: Sequence[float] = (),
) -> ShiftFigures:
    """Return the report's `shift`.

    Args:
        segments: the bag's segments, or its `stretches`.
        frames: all frames of the run.
        classes: names of the classes, in the order of their indices.
        held_out_trust: evenly spaced quantiles of trust on held-out frames of the first pair; empty
            where they are unknown, or of another policy's trust.
    """
    parts = [_Part.of(it, frames, place, segments) for place, it in enumerate(segments)]
    parts = [part for part in parts if part.trust]
    alarms: list[str] = []
    figures: list[SegmentShift] = []
    for part in parts:
        first = part is parts[0]
        trust = held_out_trust if first else parts[0].trust
        name = "held-out frames of the bundle" if first else parts[0].name
        ks = ks_distance(part.trust, trust) if trust else None
        # The quantiles stand for a large sample.
        chance = ks_by_chance(len(part.trust), 10**6 if first else len(parts[0].trust))
        if ks is not None and ks > max(LEAST_KS, chance):
            alarms += _trust_alarm(part, name, trust, ks)
        terms = None if first else _mix(part, parts[0])
        if terms is not None and terms.sum() > LARGE_PSI:
            alarms.append(_mix_alarm(part, parts[0], terms, classes))
        if not first and (alarm := _agreement_alarm(part, parts[0])):
            alarms.append(alarm)
        figures.append(part.figures(classes, ks, None if terms is None else float(terms.sum())))
    compared = [value for part in parts for value in part.agreement]
    return ShiftFigures(
        compared=len(compared), agreement=_mean(compared), segments=figures, alarms=alarms
    )


@dataclass(frozen=True, kw_only=True)
class _Part:
    """What the frames of a segment show."""

    segment: FrameRange
    trust: list[float]
    agreement: list[float]
    pixels: NDArray[np.int64]

    @classmethod
    def of(
        cls,
        segment: FrameRange,
        frames: Sequence[FrameRecord],
        place: int,
        segments: Sequence[FrameRange],
    ) -> _Part:
        members = [frame for frame in frames if place_of(segments, frame.index) == place]
        counts = [frame.class_pixels for frame in members if frame.class_pixels is not None]
        trust = [frame.trust_of_first for frame in members]
        agreement = [frame.agreement_with_cloud for frame in members]
        return cls(
            segment=segment,
            trust=[value for value in trust if value is not None],
            agreement=[value for value in agreement if value is not None],
            pixels=np.sum(counts, axis=0) if counts else np.zeros(0, np.int64),
        )

    @property
    def name(self) -> str:
        return self.segment.name

    @property
    def shares(self) -> NDArray[np.float64]:
        """Share of each class, float64 [M]; empty without label maps."""
        total = int(self.pixels.sum())
        return self.pixels / total if total else np.zeros(0)

    def figures(
        self, classes: Sequence[str], trust_ks: float | None, class_psi: float | None
    ) -> SegmentShift:
        p10, p50, p90 = np.percentile(self.trust, (10, 50, 90)).tolist()
        return SegmentShift(
            name=self.name,
            start=self.segment.start,
            stop=self.segment.stop,
            frames=len(self.trust),
            trust_mean=float(np.mean(self.trust)),
            trust_p10=p10,
            trust_p50=p50,
            trust_p90=p90,
            trust_ks=trust_ks,
            compared=len(self.agreement),
            agreement=_mean(self.agreement),
            class_psi=class_psi,
            class_shares=dict(zip(classes, self.shares.tolist(), strict=False)),
        )


def _mix(part: _Part, first: _Part) -> NDArray[np.float64] | None:
    if not len(part.shares) or not len(first.shares):
        return None
    return psi_terms(part.shares, first.shares)


def _trust_alarm(part: _Part, name: str, trust: Sequence[float], ks: float) -> list[str]:
    before, now = float(np.mean(trust)), float(np.mean(part.trust))
    if before - now < LEAST_FALL:
        return []
    return [
        f"{part.name}: trust has fallen by {before - now:.2f} against {name} (mean {before:.2f} to "
        f"{now:.2f}, KS {ks:.2f}): label some of its frames"
    ]


def _mix_alarm(
    part: _Part, first: _Part, terms: NDArray[np.float64], classes: Sequence[str]
) -> str:
    most = int(terms.argmax())
    return (
        f"{part.name}: other shares of classes than in {first.name} (PSI {terms.sum():.2f}), most "
        f"of all {classes[most]}, {first.shares[most]:.1%} to {part.shares[most]:.1%}: is it the "
        "scene, or is it f?"
    )


def _agreement_alarm(part: _Part, first: _Part) -> str:
    before, now = _mean(first.agreement), _mean(part.agreement)
    if before is None or now is None or min(len(first.agreement), len(part.agreement)) < FEWEST:
        return ""
    if before - now < LEAST_DROP:
        return ""
    return (
        f"{part.name}: f and F agree on {now:.1%} of the pixels of hard frames, {before:.1%} in "
        f"{first.name}: label some of its frames"
    )


def _mean(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if values else None
