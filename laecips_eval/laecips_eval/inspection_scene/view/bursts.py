"""When a patrol is disturbed, and by what: bursts of one to fifteen seconds at ten frames each."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from laecips_eval.inspection_scene.drawing.random_stream import RandomStream

NEW_PARTS: Final = "new_parts"
TILTED: Final = "tilted_panel"
SHAKEN: Final = "motion_blur"
SHADOW: Final = "shadow"
PUFF: Final = "dust_puff"

KINDS: Final = (
    "glare",
    SHADOW,
    PUFF,
    SHAKEN,
    NEW_PARTS,
    TILTED,
    "dark_corner",
)
"""Names of the disturbances."""

SHORTEST, LONGEST = 10, 150
"""Frames of a burst."""

_DISTURBED: Final = 0.46  # share of the frames that are in bursts
_PASSING: Final = (74, 92)  # frames in which parts of a new make come into view and leave it
_SHORT: Final = 4  # frames below which a burst is not worth drawing: of bags for tests


# The camera moves more often than the light fails.
_ROUND: Final = (*(kind for kind in KINDS if kind != NEW_PARTS), TILTED, SHAKEN)


@dataclass(frozen=True)
class Burst:
    """A stretch of frames with one disturbance.

    Attributes:
        kind: one of `KINDS`.
        start: first frame.
        stop: frame after the last.
        number: position among the drive's bursts, which names its random numbers.
    """

    kind: str
    start: int
    stop: int
    number: int

    def strength(self, index: int) -> float:
        """Return how far it is developed in a frame, from above 0 to 1: it comes and goes."""
        edge = max(1.0, (self.stop - self.start) / 10)
        return min(1.0, (index - self.start + 1) / edge, (self.stop - index) / edge)


def plan_bursts(stream: RandomStream, segments: Sequence[tuple[int, int]]) -> tuple[Burst, ...]:
    """Plan the bursts of a drive, in order; none overlaps another or leaves its segment.

    Kinds come in rounds, each in an order of its own: a tilted panel and a shaken camera twice, the
    others once, and new parts in every third round, because they are in view for long. Most of the
    other bursts are short.

    Args:
        stream: the random numbers.
        segments: (first frame, frame after the last) of each.
    """
    bursts: list[Burst] = []
    turn: list[str] = []
    rounds = 0
    for start, stop in segments:
        left = round((stop - start) * _DISTURBED)
        drawn: list[tuple[str, int]] = []
        while left >= _SHORT:
            if not turn:
                turn = _shuffled(stream, _ROUND if rounds % 3 else (*_ROUND, NEW_PARTS))
                rounds += 1
            length = min(_length(stream, turn[-1]), left)
            if left - length < SHORTEST:
                length = left  # what is left is too short for another one
            drawn.append((turn.pop(), length))
            left -= length
        calm = stop - start - sum(length for _, length in drawn)
        gaps = _gaps(stream, calm, len(drawn) + 1)
        place = start
        for gap, (kind, length) in zip(gaps, drawn, strict=False):
            place += gap
            bursts.append(Burst(kind, place, place + length, len(bursts)))
            place += length
    return tuple(bursts)


def _length(stream: RandomStream, kind: str) -> int:
    if kind == NEW_PARTS:
        return stream.integer(*_PASSING)
    drawn = stream.uniform()
    return int(SHORTEST * (LONGEST / SHORTEST) ** (drawn * (0.4 + 0.6 * drawn)))


def _shuffled(stream: RandomStream, kinds: Sequence[str]) -> list[str]:
    left, order = list(kinds), []
    while left:
        order.append(left.pop(stream.integer(0, len(left) - 1)))
    return order


def _gaps(stream: RandomStream, frames: int, number: int) -> list[int]:
    """Cut calm frames into gaps, none much shorter than the others."""
    weights = [stream.uniform(0.4, 1.0) for _ in range(number)]
    edges, total, passed = [0], sum(weights), 0.0
    for weight in weights:
        passed += weight
        edges.append(int(frames * passed / total))
    return [after - before for before, after in pairwise(edges)]
