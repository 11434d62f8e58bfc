"""A camera's picture in an image message, decoded only on request."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from laecips_edge.core.image.blanking import Blanking
from laecips_edge.core.image.codecs import is_jpeg, whole_jpeg
from laecips_edge.core.image.image_messages import decode_compressed, to_rgb


@dataclass(frozen=True)
class Picture:
    """An image message, live or from a bag.

    Attributes:
        message: An object with the fields of sensor_msgs/CompressedImage or sensor_msgs/Image.
        compressed: Whether it has those of CompressedImage.
        significant_bits: Of 16-bit encodings, the number of low bits that the camera uses.
        blanking: What nobody may see of it.
    """

    message: Any
    compressed: bool
    significant_bits: int = 16
    blanking: Blanking = field(default_factory=Blanking)

    def rgb(self) -> NDArray[np.uint8]:
        """Decode the picture: uint8 [H,W,3], black where it is blanked.

        Raises:
            ImageError: the picture cannot be read.
        """
        if self.compressed:
            return self.blanking.rgb(decode_compressed(self.message.data, self.message.format))
        return self.blanking.rgb(to_rgb(self.message, significant_bits=self.significant_bits))

    def jpeg(self) -> bytes | None:
        """Return the camera's own JPEG file; None if there is none, or it shows what is blanked.

        What follows the end of the file, as zeros that drivers pad it with, is not returned.

        Raises:
            ImageError: the file is truncated.
        """
        if self.compressed and not self.blanking and is_jpeg(self.message.data):
            return whole_jpeg(self.message.data)
        return None
