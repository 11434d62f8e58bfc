"""The only thing that training knows of a data set."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

import cv2
import numpy as np
from laecips_edge.core.image.fitting import fit
from numpy.typing import NDArray

UNLABELLED = 255
"""Label of a pixel without a class."""


class LabelledFrame(NamedTuple):
    """One picture with its labels.

    Attributes:
        name: unique within its data set.
        image: uint8 [H, W, 3], RGB.
        label: uint8 [H, W], class index, 255 where there is none.
    """

    name: str
    image: NDArray[np.uint8]
    label: NDArray[np.uint8]


def fitted(frame: LabelledFrame, size: tuple[int, int]) -> LabelledFrame:
    """Return a frame at the size that robots bring pictures to, to train on.

    A network that learns from pictures at another size meets parts of another size on the robot.

    Args:
        frame: of any size.
        size: (rows, columns).
    """
    if frame.label.shape == size:
        return frame
    label = cv2.resize(frame.label, size[::-1], interpolation=cv2.INTER_NEAREST)
    return LabelledFrame(frame.name, fit(frame.image, size), np.asarray(label, np.uint8))


def digest(frames: Iterable[LabelledFrame]) -> str:
    """Return a sha256 of frames, 64 hex digits: their names, pictures, labels and order."""
    whole = hashlib.sha256()
    for name, image, label in frames:
        for part in (name.encode(), image.tobytes(), label.tobytes()):
            whole.update(hashlib.sha256(part).digest())
    return whole.hexdigest()


class LabelledFrames(Protocol):
    """A sequence of labelled frames, in time order where time has a meaning."""

    @property
    def classes(self) -> Sequence[str]:
        """Class names; a label is an index into them."""
        ...

    @property
    def palette(self) -> Sequence[tuple[int, int, int]]:
        """One RGB colour, 0 to 255, a class."""
        ...

    def __len__(self) -> int:
        """Return the number of frames."""
        ...

    def __getitem__(self, index: int, /) -> LabelledFrame:
        """Return the frame at `index`; raises IndexError past the end."""
        ...
