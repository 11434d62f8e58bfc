"""Image messages from the arrays of the core."""

import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import Image
from std_msgs.msg import Header

from laecips_edge.core.image.image_messages import image_fields


def image_message(header: Header, pixels: NDArray[np.uint8], encoding: str) -> Image:
    """Return a picture or map as a message, copied once.

    Args:
        header: stamp and frame id.
        pixels: uint8 [H,W] or [H,W,C].
        encoding: "mono8", "rgb8", ...
    """
    fields = image_fields(pixels, encoding)
    data = fields.pop("data")
    message = Image(header=header, **fields)
    message.data = data  # the constructor would copy it again
    return message
