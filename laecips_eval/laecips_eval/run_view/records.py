"""What a viewer is shown of a run: typed records, each of one moment, without a viewer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from laecips_cloud.metrics import LabelMap
from numpy.typing import NDArray


class Sight(StrEnum):
    """A picture of a frame, by what it shows."""

    CAMERA = "camera"
    PUBLISHED = "published"
    F = "f"
    TRUTH = "truth"
    CONFIDENCE = "confidence"


class Lane(StrEnum):
    """Something that has one state at a time and keeps it for a while."""

    DECISION = "decision"
    VERSION = "version"
    SEGMENT = "segment"
    DISTURBANCE = "disturbance"


@dataclass(frozen=True, kw_only=True)
class Moment:
    """Place on the time lines.

    Attributes:
        stamp_ns: time of the bag, in nanoseconds.
        frame: position in the bag, from 0; of what is between frames, that of the one before.
    """

    stamp_ns: int
    frame: int


@dataclass(frozen=True, kw_only=True)
class Photo:
    """A picture as a JPEG file.

    Attributes:
        sight: `Sight.CAMERA`, or `Sight.CONFIDENCE` as grey, 255 is certain.
    """

    at: Moment
    sight: Sight
    jpeg: bytes


@dataclass(frozen=True, kw_only=True)
class Labels:
    """A label map, uint8 [H, W], class indices or 255."""

    at: Moment
    sight: Sight
    label_map: LabelMap


@dataclass(frozen=True, kw_only=True)
class Absent:
    """A sight that this frame does not have, so that none of an earlier frame is shown for it."""

    at: Moment
    sight: Sight


@dataclass(frozen=True, kw_only=True)
class Boxes:
    """The findings that a frame shows; none where the frame has none.

    Attributes:
        boxes: x, y, width and height in pixels of the label map, float32 [N, 4].
        labels: class indices, N.
        texts: what is written at each, N.
    """

    at: Moment
    boxes: NDArray[np.float32]
    labels: tuple[int, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Curves:
    """Values of a frame by curve, `GROUP/NAME`, such as trust/delta; without those not known."""

    at: Moment
    values: dict[str, float]


@dataclass(frozen=True, kw_only=True)
class State:
    """A lane changes its state; None: it has none from here on."""

    at: Moment
    lane: Lane
    state: str | None


@dataclass(frozen=True, kw_only=True)
class Summary:
    """All that is known of a frame, as Markdown."""

    at: Moment
    text: str


@dataclass(frozen=True, kw_only=True)
class Note:
    """A line of the log; `warns` where something went wrong."""

    at: Moment
    text: str
    warns: bool = False


Record = Photo | Labels | Absent | Boxes | Curves | State | Summary | Note
