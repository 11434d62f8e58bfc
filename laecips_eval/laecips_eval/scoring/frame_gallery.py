"""Hard frames to look at, chosen by lot: whoever chooses by score shows what he wants to show."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from laecips_cloud.metrics import LabelMap
from numpy.typing import NDArray

from laecips_eval.scoring.answers import PublishedAnswer
from laecips_eval.scoring.segments import Segment, place_of

_MOST_PENDING: Final = 32


@dataclass(frozen=True, kw_only=True)
class GalleryFrame:
    """A hard frame with its picture.

    Attributes:
        index: place in the bag, from 0.
        stamp_ns: the image's stamp in nanoseconds.
        segment: name of the bag's segment that it is of; empty where it is of none.
        rgb: uint8 [H, W, 3].
        now: uint8 [H, W], f's own answer as it ran, class indices or 255.
        published: uint8 [H, W], what the robot published.
        truth: uint8 [H, W], None where there is none.
        trust: h in [0, 1].
        delta: what it was held against.
    """

    index: int
    stamp_ns: int
    segment: str
    rgb: NDArray[np.uint8]
    now: LabelMap
    published: LabelMap
    truth: LabelMap | None
    trust: float
    delta: float


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """What is known of a frame while the news comes in; of a chosen one everything is."""

    index: int | None = None
    answer: PublishedAnswer | None = None
    now: LabelMap | None = None
    published: LabelMap | None = None


@dataclass(frozen=True, kw_only=True)
class ChosenFrame:
    """A hard frame that the lot has chosen; see `GalleryFrame`."""

    index: int
    stamp_ns: int
    segment: str
    now: LabelMap
    published: LabelMap
    trust: float
    delta: float

    def with_picture(self, rgb: NDArray[np.uint8], truth: LabelMap | None) -> GalleryFrame:
        """The same with picture, uint8 [H, W, 3], and truth, uint8 [H, W], of its stamp."""
        return GalleryFrame(rgb=rgb, truth=truth, **vars(self))


class Gallery:
    """Keeps the label maps of a few hard frames of each segment.

    Every stamp has a lot that depends on it and the seed only; the hard frames with the smallest
    ones are kept. Messages come in any order; a frame is looked at when all four are there, and
    what is incomplete is forgotten when too many newer frames are.

    Example:
        gallery = Gallery(segments=bag.segments)
        gallery.add_label_map_now(stamp_ns, label_map)    # as they come in
        gallery.add_answer(answer)
        gallery.add_label_map(stamp_ns, label_map)
        gallery.add_played(stamp_ns, index=7)
        wanted = {frame.stamp_ns: frame for frame in gallery.chosen()}    # after the run
        frames = [wanted[f.stamp_ns].with_picture(f.rgb(), truth.get(f.stamp_ns))
                  for f in bag.frames() if f.stamp_ns in wanted]
    """

    def __init__(
        self, *, segments: Sequence[Segment] = (), most_per_segment: int = 3, seed: int = 0
    ) -> None:
        """Starts empty.

        Args:
            segments: the bag's segments; frames of none are chosen among as if of one.
            most_per_segment: how many frames to keep of each.
            seed: of the lots.
        """
        self._segments = tuple(segments)
        self._most = most_per_segment
        self._seed = seed
        self._pending: dict[int, Candidate] = {}
        self._kept: dict[int | None, list[ChosenFrame]] = {}

    def add_played(self, stamp_ns: int, *, index: int) -> None:
        """Notes a frame's place in the bag."""
        self._add(stamp_ns, replace(self._of(stamp_ns), index=index))

    def add_answer(self, answer: PublishedAnswer) -> None:
        """Notes how a frame was answered."""
        self._add(answer.stamp_ns, replace(self._of(answer.stamp_ns), answer=answer))

    def add_label_map_now(self, stamp_ns: int, label_map: LabelMap) -> None:
        """Takes f's own answer, uint8 [H, W]; it is kept as it is, without a copy."""
        self._add(stamp_ns, replace(self._of(stamp_ns), now=label_map))

    def add_label_map(self, stamp_ns: int, label_map: LabelMap) -> None:
        """Takes what was published, uint8 [H, W]; it is kept as it is, without a copy."""
        self._add(stamp_ns, replace(self._of(stamp_ns), published=label_map))

    def chosen(self) -> list[ChosenFrame]:
        """The frames that are kept, in the order of the bag."""
        kept = (frame for frames in self._kept.values() for frame in frames)
        return sorted(kept, key=lambda frame: frame.index)

    def _of(self, stamp_ns: int) -> Candidate:
        return self._pending.get(stamp_ns, Candidate())

    def _add(self, stamp_ns: int, known: Candidate) -> None:
        self._pending[stamp_ns] = known
        if (
            known.index is not None
            and known.answer is not None
            and known.now is not None
            and known.published is not None
        ):
            del self._pending[stamp_ns]
            if known.answer.hard:
                place = place_of(self._segments, known.index)
                frame = ChosenFrame(
                    index=known.index,
                    stamp_ns=stamp_ns,
                    segment="" if place is None else self._segments[place].name,
                    now=known.now,
                    published=known.published,
                    trust=known.answer.trust,
                    delta=known.answer.delta,
                )
                kept = [*self._kept.get(place, ()), frame]
                kept.sort(key=lambda frame: self._lot(frame.stamp_ns))
                self._kept[place] = kept[: self._most]
        elif len(self._pending) > _MOST_PENDING:
            del self._pending[next(iter(self._pending))]

    def _lot(self, stamp_ns: int) -> bytes:
        return hashlib.sha256(f"{self._seed} {stamp_ns}".encode()).digest()
