"""Labelled pictures as a robot would meet them, in named segments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from laecips_edge.core.image.codecs import encode_jpeg
from laecips_edge.core.image.image_messages import decode_compressed
from numpy.typing import NDArray

from laecips_eval.datasets import open_dataset
from laecips_eval.inspection_scene.bag_recipes import MAIN, MAIN_PATROL, PATROL, SHIFT
from laecips_eval.inspection_scene.classes import CLASSES
from laecips_eval.inspection_scene.make_bags import draw_frame


@dataclass(frozen=True)
class StreamFrame:
    """One picture.

    Attributes:
        segment: name of the stretch that it lies in.
        rgb: uint8 [H, W, 3], as it comes out of a JPEG.
        truth: uint8 [H, W], 255 without a class.
    """

    segment: str
    rgb: NDArray[np.uint8]
    truth: NDArray[np.uint8]


class Stream(Protocol):
    """Frames in order, with what is known of them."""

    classes: Sequence[str]
    segments: Sequence[str]

    def __len__(self) -> int:
        """Return the number of frames."""
        ...

    def __iter__(self) -> Iterator[StreamFrame]:
        """All frames, anew each time."""
        ...


class InspectionStream:
    """Frames of the inspection bag, drawn as they are in it; no bag is needed.

    Args:
        seed: of the bag.
        every: take every so many frames of each segment.
        drive: `shift` or `patrol`.
    """

    def __init__(self, *, seed: int = 0, every: int = 1, drive: str = SHIFT) -> None:
        self.classes: Sequence[str] = CLASSES
        self._recipe = (MAIN_PATROL if drive == PATROL else MAIN).seeded(seed)
        self.segments: Sequence[str] = tuple(segment.name for segment in self._recipe.segments)
        self._indices = [
            (segment.name, index)
            for segment in self._recipe.segments
            for index in range(segment.start, segment.stop, every)
        ]

    def __len__(self) -> int:
        """Return the number of frames."""
        return len(self._indices)

    def __iter__(self) -> Iterator[StreamFrame]:
        """All frames."""
        for segment, index in self._indices:
            image, label = draw_frame(self._recipe, index)
            jpeg = encode_jpeg(image, self._recipe.jpeg_quality)
            yield StreamFrame(segment, decode_compressed(jpeg, "jpeg"), label)


class CamVidStream:
    """Splits of CamVid, one after the other; a segment each.

    Args:
        root: folder of CamVid.
        splits: their names.
        every: take every so many frames of each.
    """

    def __init__(self, root: Path, splits: Sequence[str], *, every: int = 1) -> None:
        self._parts = {name: open_dataset("camvid", root=root, split=name) for name in splits}
        self.segments: Sequence[str] = tuple(self._parts)
        self.classes: Sequence[str] = next(iter(self._parts.values())).classes
        self._every = every

    def __len__(self) -> int:
        """Return the number of frames."""
        return sum(len(range(0, len(part), self._every)) for part in self._parts.values())

    def __iter__(self) -> Iterator[StreamFrame]:
        """All frames."""
        for name, part in self._parts.items():
            for index in range(0, len(part), self._every):
                _, image, label = part[index]
                yield StreamFrame(name, np.ascontiguousarray(image), label)
