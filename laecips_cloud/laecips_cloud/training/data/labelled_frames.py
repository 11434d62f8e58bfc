"""The only thing that training knows of a data set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
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
