"""A camera's picture in an image message, decoded only on request."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from laecips_edge.core.image.codecs import is_jpeg
from laecips_edge.core.image.image_messages import decode_compressed, to_rgb


@dataclass(frozen=True)
class Picture:
    """An image message, live or from a bag.

    Attributes:
        message: An object with the fields of sensor_msgs/CompressedImage or sensor_msgs/Image.
        compressed: Whether it has those of CompressedImage.
    """

    message: Any
    compressed: bool

    def rgb(self) -> NDArray[np.uint8]:
        """Decode the picture: uint8 [H,W,3].

        Raises:
            ImageError: the picture cannot be read.
        """
        if self.compressed:
            return decode_compressed(self.message.data, self.message.format)
        return to_rgb(self.message)

    def jpeg(self) -> bytes | None:
        """Return the camera's own JPEG file; None if the message holds another format."""
        if self.compressed and is_jpeg(self.message.data):
            return bytes(self.message.data)
        return None
