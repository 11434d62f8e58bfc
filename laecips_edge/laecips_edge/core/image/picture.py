"""A camera's picture that is decoded when somebody asks: the fields of an image message."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from laecips_edge.core.image.codecs import is_jpeg
from laecips_edge.core.image.image_messages import decode_compressed, to_rgb


@dataclass(frozen=True)
class Picture:
    """An image message, live or of a bag.

    Attributes:
        message: What has the fields of sensor_msgs/CompressedImage or of sensor_msgs/Image.
        compressed: Which of the two.
    """

    message: Any
    compressed: bool

    def rgb(self) -> NDArray[np.uint8]:
        """Decode the picture: uint8 [H,W,3]; ImageError where it cannot be read."""
        if self.compressed:
            return decode_compressed(self.message.data, self.message.format)
        return to_rgb(self.message)

    def jpeg(self) -> bytes | None:
        """Return the camera's own JPEG file; None where the picture came in another form."""
        if self.compressed and is_jpeg(self.message.data):
            return bytes(self.message.data)
        return None
