"""Class-less masks of one image: the output of mask generators and the input of the fusion.

There are two types: a `Partition`, where each pixel lies in exactly one region, and a
`MaskSet`, whose masks may overlap and need not cover the image.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

MAX_MASKS: Final = 65_535

Boolean = NDArray[np.bool_]
RegionIds = NDArray[np.int32]


class Mask(NamedTuple):
    """One mask, cropped to a box that holds all of it.

    Attributes:
        top: image row where the crop begins.
        left: image column where the crop begins.
        pixels: bool [h, w], true inside the mask.
    """

    top: int
    left: int
    pixels: Boolean

    @classmethod
    def crop(cls, pixels: Boolean) -> Mask:
        """Crop a mask of the image's size, bool [H, W], to its bounding box."""
        rows = np.flatnonzero(pixels.any(axis=1))
        if rows.size == 0:
            return cls(0, 0, np.zeros((0, 0), np.bool_))
        columns = np.flatnonzero(pixels.any(axis=0))
        top, bottom = int(rows[0]), int(rows[-1]) + 1
        left, right = int(columns[0]), int(columns[-1]) + 1
        return cls(top, left, np.ascontiguousarray(pixels[top:bottom, left:right]))


@dataclass(frozen=True)
class MaskSet:
    """Masks that may overlap and need not cover the image.

    Attributes:
        shape: height and width of the image, pixels.
        masks: at most `MAX_MASKS`, in any order; empty ones are allowed and have no effect.
        qualities: the generator's own rating of each mask, in [0, 1]; None where it gives none.
        stabilities: how little each mask changes with its threshold, in [0, 1]; None where the
            generator gives none.

    Raises:
        ValueError: there are too many masks, a mask is not boolean or exceeds the image, or the
            qualities or stabilities are not one per mask in [0, 1].

    Example:
        >>> full = np.zeros((2, 3), bool)
        >>> full[1, 1:] = True
        >>> MaskSet.of([full]).masks[0]
        Mask(top=1, left=1, pixels=array([[ True,  True]]))
    """

    shape: tuple[int, int]
    masks: tuple[Mask, ...]
    qualities: tuple[float, ...] | None = None
    stabilities: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        if len(self.masks) > MAX_MASKS:
            raise ValueError(f"{len(self.masks)} masks: a set holds at most {MAX_MASKS}")
        for name, ratings in (("qualities", self.qualities), ("stabilities", self.stabilities)):
            if ratings is not None and (
                len(ratings) != len(self.masks)
                or not all(0.0 <= rating <= 1.0 for rating in ratings)
            ):
                raise ValueError(
                    f"{len(ratings)} {name} of {len(self.masks)} masks: give one a mask, in 0 to 1"
                )
        height, width = self.shape
        for index, (top, left, pixels) in enumerate(self.masks):
            if pixels.ndim != 2 or pixels.dtype != np.bool_:
                raise ValueError(
                    f"mask {index} is {pixels.dtype} {pixels.shape}: masks are boolean crops [h, w]"
                )
            bottom, right = top + pixels.shape[0], left + pixels.shape[1]
            if top < 0 or left < 0 or bottom > height or right > width:
                raise ValueError(
                    f"mask {index} covers rows {top}..{bottom}, columns {left}..{right}, "
                    f"outside the image of {height} x {width}"
                )

    @property
    def count(self) -> int:
        """The number of masks."""
        return len(self.masks)

    @classmethod
    def of(cls, masks: Iterable[Boolean]) -> MaskSet:
        """Return a set of at least one mask of the image's size, bool [H, W] each."""
        full = list(masks)
        if len({mask.shape for mask in full}) != 1:
            raise ValueError("masks of the size of the image must be at least one, all of one size")
        height, width = full[0].shape
        return cls((height, width), tuple(Mask.crop(mask) for mask in full))


@dataclass(frozen=True)
class Partition:
    """Regions that cover the image, each pixel in exactly one.

    Attributes:
        regions: int32 [H, W], ids from 0; an id may have no pixel, but ids stay below H*W.

    Raises:
        ValueError: the ids have another dtype or shape, or are out of range.
    """

    regions: RegionIds

    def __post_init__(self) -> None:
        ids = self.regions
        if ids.ndim != 2 or ids.dtype != np.int32 or ids.size == 0:
            raise ValueError(f"regions are {ids.dtype} {ids.shape}: expected int32 [H, W]")
        low, high = int(ids.min()), int(ids.max())
        if low < 0 or high >= ids.size:
            raise ValueError(f"region ids run from {low} to {high}: expected 0 to {ids.size - 1}")

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the image, pixels."""
        height, width = self.regions.shape
        return height, width

    @property
    def count(self) -> int:
        """The number of regions, empty ones included: the highest id plus one."""
        return int(self.regions.max()) + 1


Masks = MaskSet | Partition
