"""Hard frames for the report, chosen by lot: a choice by score would be biased."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from laecips_cloud.metrics import LabelMap
from numpy.typing import NDArray

from laecips_eval.scoring.answers import PublishedAnswer
from laecips_eval.scoring.segments import FrameRange, place_of

_MOST_PENDING: Final = 32


@dataclass(frozen=True, kw_only=True)
class GalleryFrame:
    """A hard frame of the gallery, with its picture.

    Attributes:
        index: position in the bag, from 0.
        stamp_ns: the image's stamp in nanoseconds.
        segment: name of the frame's segment; empty without a segment.
        rgb: uint8 [H, W, 3].
        now: f's own label map as it ran, uint8 [H, W], class indices or 255.
        published: the label map that the robot published, uint8 [H, W].
        truth: the true label map, uint8 [H, W]; None without truth.
        trust: h in [0, 1].
        delta: threshold of h, in [0, 1].
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
class PartialFrame:
    """What is known about a frame while its messages arrive; None where unknown."""

    index: int | None = None
    answer: PublishedAnswer | None = None
    now: LabelMap | None = None
    published: LabelMap | None = None


@dataclass(frozen=True, kw_only=True)
class ChosenFrame:
    """A hard frame that was chosen by lot, still without picture; see `GalleryFrame`."""

    index: int
    stamp_ns: int
    segment: str
    now: LabelMap
    published: LabelMap
    trust: float
    delta: float

    def with_picture(self, rgb: NDArray[np.uint8], truth: LabelMap | None) -> GalleryFrame:
        """Return the frame with its picture, uint8 [H, W, 3], and truth, uint8 [H, W] or None."""
        return GalleryFrame(rgb=rgb, truth=truth, **vars(self))


class Gallery:
    """A few hard frames of each segment, with their label maps.

    Each stamp has a lot that depends only on the stamp and the seed; the hard frames with the
    smallest lots are kept. Messages arrive in any order. A frame takes part once all four of its
    messages have arrived; when too many frames are incomplete, the oldest one is dropped.

    Example:
        gallery = Gallery(segments=bag.segments)
        gallery.add_label_map_now(stamp_ns, label_map)    # as they arrive
        gallery.add_answer(answer)
        gallery.add_label_map(stamp_ns, label_map)
        gallery.add_played(stamp_ns, index=7)
        wanted = {frame.stamp_ns: frame for frame in gallery.chosen()}    # after the run
        frames = [wanted[f.stamp_ns].with_picture(f.rgb(), truth.get(f.stamp_ns))
                  for f in bag.frames() if f.stamp_ns in wanted]
    """

    def __init__(
        self, *, segments: Sequence[FrameRange] = (), most_per_segment: int = 3, seed: int = 0
    ) -> None:
        """Start empty.

        Args:
            segments: the bag's segments; frames without one form a group of their own.
            most_per_segment: largest number of frames to keep per segment.
            seed: seed of the lots.
        """
        self._segments = tuple(segments)
        self._most = most_per_segment
        self._seed = seed
        self._pending: dict[int, PartialFrame] = {}
        self._kept: dict[int | None, list[ChosenFrame]] = {}

    def add_played(self, stamp_ns: int, *, index: int) -> None:
        """Add a frame's position in the bag."""
        self._add(stamp_ns, replace(self._of(stamp_ns), index=index))

    def add_answer(self, answer: PublishedAnswer) -> None:
        """Add a frame's answer."""
        self._add(answer.stamp_ns, replace(self._of(answer.stamp_ns), answer=answer))

    def add_label_map_now(self, stamp_ns: int, label_map: LabelMap) -> None:
        """Add f's own label map, uint8 [H, W]; it is kept without a copy."""
        self._add(stamp_ns, replace(self._of(stamp_ns), now=label_map))

    def add_label_map(self, stamp_ns: int, label_map: LabelMap) -> None:
        """Add the published label map, uint8 [H, W]; it is kept without a copy."""
        self._add(stamp_ns, replace(self._of(stamp_ns), published=label_map))

    def chosen(self) -> list[ChosenFrame]:
        """Return the kept frames, in bag order."""
        kept = (frame for frames in self._kept.values() for frame in frames)
        return sorted(kept, key=lambda frame: frame.index)

    def _of(self, stamp_ns: int) -> PartialFrame:
        return self._pending.get(stamp_ns, PartialFrame())

    def _add(self, stamp_ns: int, known: PartialFrame) -> None:
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
