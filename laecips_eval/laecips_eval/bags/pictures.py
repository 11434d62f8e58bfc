"""The messages of a bag's frames as plain data, decoded on demand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from laecips_edge.core.image.image_messages import ImageError
from laecips_edge.core.image.picture import Picture
from numpy.typing import NDArray

from laecips_eval.bags.topics import BagError


@dataclass
class CompressedPicture:
    """The fields of sensor_msgs/CompressedImage besides its header."""

    format: str
    data: bytes


@dataclass
class RawPicture:
    """The fields of sensor_msgs/Image besides its header."""

    height: int
    width: int
    encoding: str
    is_bigendian: int
    step: int
    data: bytes


class BagFrame(NamedTuple):
    """One picture of a bag, as it was recorded.

    Attributes:
        stamp_ns: stamp of the header in nanoseconds.
        frame_id: frame_id of the header.
        payload: the other fields of the message.
    """

    stamp_ns: int
    frame_id: str
    payload: CompressedPicture | RawPicture

    def picture(self) -> Picture:
        """Return the picture for the edge node's code, not decoded yet."""
        return Picture(self.payload, compressed=isinstance(self.payload, CompressedPicture))

    def rgb(self) -> NDArray[np.uint8]:
        """Return the decoded picture, uint8 [H, W, 3]; raise BagError if it is damaged."""
        try:
            return self.picture().rgb()
        except ImageError as error:
            raise BagError(f"picture with stamp {self.stamp_ns}: {error}") from error
