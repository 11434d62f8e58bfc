"""Encode, decode and check the maps, depth images and scores between robot and cloud.

Each is a PNG: lossless, with its size in the header, and readable by OpenCV alone. Received data is
not trusted: its size, type and range are checked before use.
"""

import numpy as np
from numpy.typing import NDArray

from laecips_edge.core.image.codecs import Buffer, ImageError, decode_png, encode_png
from laecips_edge.core.link.wire_error import WireError

NO_CLASS = 255
"""Label of a pixel that has no class."""


def encode_label_map(label_map: NDArray[np.uint8]) -> bytes:
    """Return the PNG of a label map, uint8 [H,W]: class indices; 255: no class."""
    return encode_png(label_map, areas=True)


def decode_label_map(data: Buffer, shape: tuple[int, int], classes: int) -> NDArray[np.uint8]:
    """Read and check a label map.

    Args:
        data: PNG of one 8-bit channel.
        shape: (H,W) that it must have.
        classes: Number of classes M.

    Returns:
        uint8 [H,W]; each value is in [0, M) or 255.

    Raises:
        WireError: the data is not such a PNG, has another size, or has a label that is neither a
            class nor 255.
    """
    label_map = _decode("label map", data, np.uint8, shape)
    strange = (label_map >= classes) & (label_map != NO_CLASS)
    if strange.any():
        raise WireError(
            f"label map: label {int(label_map[strange].min())} of {classes} classes; "
            "do robot and cloud run the same bundle?"
        )
    return label_map


def encode_confidence_map(confidence_map: NDArray[np.uint8]) -> bytes:
    """Return the PNG of a confidence map, uint8 [H,W]; 255 is certain."""
    return encode_png(confidence_map, areas=True)


def decode_confidence_map(data: Buffer, shape: tuple[int, int]) -> NDArray[np.uint8]:
    """Read a confidence map: uint8 [H,W]; WireError as for `decode_label_map`."""
    return _decode("confidence map", data, np.uint8, shape)


def encode_depth(depth: NDArray[np.uint16]) -> bytes:
    """Return the PNG of a depth image, uint16 [H,W] in millimetres."""
    return encode_png(depth)


def decode_depth(data: Buffer, shape: tuple[int, int] | None = None) -> NDArray[np.uint16]:
    """Read a depth image: uint16 [H,W] in millimetres; WireError as for `decode_label_map`."""
    return _decode("depth", data, np.uint16, shape)


def encode_scores(scores: NDArray[np.float32]) -> bytes:
    """Return the PNG of softmax scores, in 256 steps.

    Args:
        scores: float32 [M,h,w] in [0, 1].

    Returns:
        8-bit PNG [M*h,w]: the planes of the classes, one below the other.
    """
    classes, height, width = scores.shape
    steps = np.rint(scores * np.float32(255)).astype(np.uint8)
    return encode_png(steps.reshape(classes * height, width))


def decode_scores(data: Buffer, classes: int) -> NDArray[np.float32]:
    """Read softmax scores.

    Args:
        data: PNG of `encode_scores`.
        classes: Number of classes M.

    Returns:
        float32 [M,h,w] in [0, 1], summing to 1 over the classes. Before this normalisation each
        score is within 1/255 of the sent one.

    Raises:
        WireError: the data is not such a PNG, its rows are not a multiple of M, or all scores of a
            pixel are 0.
    """
    steps = _decode("scores", data, np.uint8, None)
    rows, width = steps.shape
    if rows % classes:
        raise WireError(f"scores: {rows} rows are not a multiple of {classes} classes")
    scores = steps.reshape(classes, rows // classes, width).astype(np.float32)
    sums = scores.sum(axis=0)
    if not sums.all():
        raise WireError("scores: a pixel has none; send softmax scores")
    scores /= sums
    return scores


def _decode(
    what: str,
    data: Buffer,
    dtype: type[np.uint8] | type[np.uint16],
    shape: tuple[int, int] | None,
) -> NDArray:
    try:
        return decode_png(data, dtype=dtype, shape=shape)
    except ImageError as error:
        raise WireError(f"{what}: {error}") from error
