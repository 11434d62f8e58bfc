"""Which regions of successive frames are the same one. A pure function of what it was shown.

A track is a region that was seen again and again. It becomes a finding, and gets an id, once enough
of the last looks have shown it. Between two looks it is expected to go on as it moved before.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from laecips_edge.core.findings.label_regions import Box, LabelRegion

REACH: Final = 0.03
"""A region may lie this share of the picture's diagonal off the place where it is expected."""


class FindingState(Enum):
    """What a look made of a finding."""

    OPENED = "opened"
    SEEN = "seen"
    CLOSED = "closed"


@dataclass(frozen=True, kw_only=True)
class TrackedRegion:
    """A finding after a look.

    Attributes:
        id: number of the finding; none is given twice.
        state: opened or seen by this look, or closed by it.
        region: the region in this look; None if the finding was closed.
        first_seen_ns: stamp of the first frame that shows it, also before it was confirmed.
        last_seen_ns: stamp of the last frame that shows it.
        sightings: number of frames that have shown it.
    """

    id: int
    state: FindingState
    region: LabelRegion | None
    first_seen_ns: int
    last_seen_ns: int
    sightings: int


@dataclass(frozen=True)
class _Sighting:
    look: int
    stamp_ns: int
    box: Box


@dataclass(eq=False)
class _Track:
    label: int
    first_seen_ns: int
    last_seen_ns: int
    sightings: int = 0
    id: int | None = None
    recent: deque[_Sighting] = field(default_factory=deque)

    def see(self, sighting: _Sighting) -> None:
        self.first_seen_ns = min(self.first_seen_ns, sighting.stamp_ns)
        self.last_seen_ns = max(self.last_seen_ns, sighting.stamp_ns)
        self.sightings += 1
        self.recent.append(sighting)

    def expected(self, stamp_ns: int) -> tuple[float, float, float, float]:
        """Return where it should be at a stamp: left, top, right and bottom."""
        near = sorted(self.recent, key=lambda it: abs(it.stamp_ns - stamp_ns))[:2]
        left, top, width, height = near[0].box
        x = y = 0.0
        if len(near) == 2 and near[0].stamp_ns != near[1].stamp_ns:
            share = (stamp_ns - near[0].stamp_ns) / (near[0].stamp_ns - near[1].stamp_ns)
            (x, y), (other_x, other_y) = _centre(near[0].box), _centre(near[1].box)
            x, y = share * (x - other_x), share * (y - other_y)
        return left + x, top + y, left + x + width, top + y + height


class FindingTracker:
    """Follows regions over frames.

    A frame may be shown late, after frames that were taken after it. It counts as a look like any
    other; its regions are compared with what the frames around it have shown.

    Args:
        confirm: number of sightings among the last `looks` looks that make a track a finding.
        looks: see `confirm`.
        forget: number of looks in a row without a sighting that close a finding.
        first_id: id of the first finding.
    """

    def __init__(self, *, confirm: int, looks: int, forget: int, first_id: int = 1) -> None:
        self._confirm = confirm
        self._looks = looks
        self._forget = forget
        self._next_id = first_id
        self._look = 0
        self._tracks: list[_Track] = []

    def look(
        self, regions: Sequence[LabelRegion], *, stamp_ns: int, picture: tuple[int, int]
    ) -> list[TrackedRegion]:
        """Return the findings that a frame shows, and those that it closes.

        Args:
            regions: its regions, in any order.
            stamp_ns: its stamp in nanoseconds.
            picture: its height and width.
        """
        self._look += 1
        # In an order of their own, so that the caller's has no meaning.
        ordered = sorted(regions, key=lambda it: (it.label, -it.area, it.box))
        reach = REACH * math.hypot(*picture)
        partners = _associate(self._tracks, ordered, stamp_ns=stamp_ns, reach=reach)
        seen: list[TrackedRegion] = []
        for place, region in enumerate(ordered):
            track = partners.get(place)
            if track is None:
                track = _Track(region.label, stamp_ns, stamp_ns)
                self._tracks.append(track)
            track.see(_Sighting(self._look, stamp_ns, region.box))
            while track.recent[0].look <= self._look - self._looks:
                track.recent.popleft()
            state = FindingState.SEEN
            if track.id is None:
                if len(track.recent) < self._confirm:
                    continue
                track.id, state = self._next_id, FindingState.OPENED
                self._next_id += 1
            seen.append(_tracked(track, track.id, state, region))
        return seen + self._end()

    def close(self) -> list[TrackedRegion]:
        """Close all findings, and return them."""
        closed = [
            _tracked(track, track.id, FindingState.CLOSED, None)
            for track in self._tracks
            if track.id is not None
        ]
        self._tracks = []
        return closed

    def _end(self) -> list[TrackedRegion]:
        """End the tracks that were not seen for long; return the findings among them."""
        kept, closed = [], []
        for track in self._tracks:
            unseen = self._look - track.recent[-1].look
            # What is no finding by now needs `confirm` sightings again.
            if unseen < (self._looks if track.id is None else self._forget):
                kept.append(track)
            elif track.id is not None:
                closed.append(_tracked(track, track.id, FindingState.CLOSED, None))
        self._tracks = kept
        return closed


def _tracked(
    track: _Track, number: int, state: FindingState, region: LabelRegion | None
) -> TrackedRegion:
    return TrackedRegion(
        id=number,
        state=state,
        region=region,
        first_seen_ns=track.first_seen_ns,
        last_seen_ns=track.last_seen_ns,
        sightings=track.sightings,
    )


def _associate(
    tracks: Sequence[_Track], regions: Sequence[LabelRegion], *, stamp_ns: int, reach: float
) -> dict[int, _Track]:
    """Return the track of each region that has one, by the region's place.

    A pair of the same class is possible if the boxes overlap or the centres are near. The best pair
    comes first: that of the largest IoU, then that of the nearest centres.
    """
    if not tracks or not regions:
        return {}
    expected = np.array([track.expected(stamp_ns) for track in tracks])
    boxes = np.array([_corners(region.box) for region in regions], np.float64)
    overlap = _box_iou(expected, boxes)
    apart = np.linalg.norm(_middle(expected)[:, None] - _middle(boxes)[None], axis=2)
    diagonals = [np.linalg.norm(it[:, 2:] - it[:, :2], axis=1) for it in (expected, boxes)]
    near = np.maximum(reach, (diagonals[0][:, None] + diagonals[1][None]) / 4)
    labels = [np.array([it.label for it in group]) for group in (tracks, regions)]
    possible = (labels[0][:, None] == labels[1][None]) & ((overlap > 0) | (apart <= near))
    pairs = sorted(
        zip(*np.nonzero(possible), strict=True),
        key=lambda pair: (-overlap[pair], apart[pair], *pair),
    )
    partners: dict[int, _Track] = {}
    taken: set[int] = set()
    for number, place in pairs:
        if place not in partners and number not in taken:
            partners[int(place)] = tracks[number]
            taken.add(number)
    return partners


def _corners(box: Box) -> tuple[int, int, int, int]:
    left, top, width, height = box
    return left, top, left + width, top + height


def _centre(box: Box) -> tuple[float, float]:
    left, top, width, height = box
    return left + width / 2, top + height / 2


def _middle(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    return (boxes[:, :2] + boxes[:, 2:]) / 2


def _box_iou(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the IoU of boxes [N, 4] with boxes [M, 4], as [N, M]."""
    upper = np.maximum(one[:, None, :2], other[None, :, :2])
    lower = np.minimum(one[:, None, 2:], other[None, :, 2:])
    common = np.prod(np.maximum(lower - upper, 0), axis=2)
    areas = [np.prod(it[:, 2:] - it[:, :2], axis=1) for it in (one, other)]
    return np.asarray(common / (areas[0][:, None] + areas[1][None] - common))
