"""What goes up of a hard frame: made in one place, so that a replay without ROS sends the same."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from laecips_edge.core.image.codecs import Buffer, encode_jpeg, is_jpeg
from laecips_edge.core.inference.scores import softmax
from laecips_edge.core.link import wire

Original = TypeVar("Original", bound=Buffer)


def picture_to_send(
    rgb: NDArray[np.uint8], *, original: Original | None, quality: int
) -> Original | bytes:
    """The camera's own JPEG where there is one, else a new one.

    The camera's costs no second loss and no work, and the cloud's f sees to the bit what the
    robot's saw.

    Args:
        rgb: the picture, uint8 [H,W,3].
        original: the file that it was decoded from; None where it came as pixels.
        quality: of a new JPEG, 1 to 100.
    """
    if original is not None and is_jpeg(original):
        return original
    return encode_jpeg(rgb, quality)


def scores_to_send(logits: NDArray[np.float32], *, temperature: float) -> bytes:
    """f's calibrated softmax scores as they travel: those that the cloud would compute itself.

    Args:
        logits: float32 [M,h,w], f's at stride.
        temperature: the bundle's calibration.
    """
    return wire.encode_scores(softmax(logits, temperature=temperature))
