"""Encode, decode and check the maps, depth images and scores between robot and cloud.

The first bytes of each name its coding: run lengths for what consists of areas, a confidence map's
own coding, or PNG, which people's labels and older replay buffers have. Received data is not
trusted: its size, type and range are checked before use.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from laecips_edge.core.image import map_codings, run_lengths
from laecips_edge.core.image.codecs import Buffer, ImageError, decode_png, encode_png
from laecips_edge.core.link import confidence_map as small_confidence
from laecips_edge.core.link.wire_error import WireError

NO_CLASS = 255
"""Label of a pixel that has no class."""

_SCORE_STEPS: Final = 31
"""Against 255 they take a third of the bytes and change F's label of one pixel in a thousand
(docs/results/traffic.md)."""


def encode_label_map(label_map: NDArray[np.uint8]) -> bytes:
    """Return the run lengths of a label map, uint8 [H,W]: class indices; 255: no class."""
    return run_lengths.encode_runs(label_map)


def decode_label_map(
    data: Buffer, shape: tuple[int, int] | None, classes: int
) -> NDArray[np.uint8]:
    """Read and check a label map.

    Args:
        data: Run lengths, or PNG of one 8-bit channel.
        shape: (H,W) that it must have; None: any.
        classes: Number of classes M.

    Returns:
        uint8 [H,W]; each value is in [0, M) or 255.

    Raises:
        WireError: the data is broken, has another size, or has a label that is neither a class nor
            255.
    """
    label_map = _decode_map("label map", data, shape)
    strange = (label_map >= classes) & (label_map != NO_CLASS)
    if strange.any():
        raise WireError(
            f"label map: label {int(label_map[strange].min())} of {classes} classes; "
            "do robot and cloud run the same bundle?"
        )
    return label_map


def encode_confidence_map(
    confidence_map: NDArray[np.uint8], *, bound: float = small_confidence.USUAL_BOUND
) -> bytes:
    """Return the small coding of a confidence map, uint8 [H,W]; 255 is certain.

    Args:
        confidence_map: The map.
        bound: Confidence in [0, 1]; each pixel stays on its side of it, the rest is coarse.
    """
    return small_confidence.encode_confidence(confidence_map, bound=bound)


def decode_confidence_map(data: Buffer, shape: tuple[int, int] | None) -> NDArray[np.uint8]:
    """Read a confidence map: uint8 [H,W]; WireError as for `decode_label_map`."""
    return _decode_map("confidence map", data, shape)


def encode_depth(depth: NDArray[np.uint16]) -> bytes:
    """Return the PNG of a depth image, uint16 [H,W] in millimetres."""
    return encode_png(depth)


def decode_depth(data: Buffer, shape: tuple[int, int] | None = None) -> NDArray[np.uint16]:
    """Read a depth image: uint16 [H,W] in millimetres; WireError as for `decode_label_map`."""
    return _decode("depth", data, np.uint16, shape)


def encode_scores(scores: NDArray[np.float32]) -> bytes:
    """Return the run lengths of softmax scores, in 32 steps.

    Args:
        scores: float32 [M,h,w] in [0, 1].

    Returns:
        Run lengths of uint8 [M*h,w]: the planes of the classes, one below the other.
    """
    classes, height, width = scores.shape
    steps = np.rint(scores * np.float32(_SCORE_STEPS)).astype(np.uint8)
    # With very many classes even the best one of a pixel may round to 0.
    best = scores.argmax(axis=0)[None]
    np.put_along_axis(steps, best, np.maximum(np.take_along_axis(steps, best, 0), 1), 0)
    return run_lengths.encode_runs(steps.reshape(classes * height, width))


def decode_scores(data: Buffer, classes: int) -> NDArray[np.float32]:
    """Read softmax scores.

    Args:
        data: Bytes of `encode_scores`, or a PNG of the same planes.
        classes: Number of classes M.

    Returns:
        float32 [M,h,w] in [0, 1], summing to 1 over the classes. Before this normalisation each
        score is within half a step, 1/62, of the sent one.

    Raises:
        WireError: the data is broken, its rows are not a multiple of M, or all scores of a pixel
            are 0.
    """
    steps = _decode_map("scores", data, None)
    rows, width = steps.shape
    if rows % classes:
        raise WireError(f"scores: {rows} rows are not a multiple of {classes} classes")
    scores = steps.reshape(classes, rows // classes, width).astype(np.float32)
    sums = scores.sum(axis=0)
    if not sums.all():
        raise WireError("scores: a pixel has none; send softmax scores")
    scores /= sums
    return scores


def _decode_map(what: str, data: Buffer, shape: tuple[int, int] | None) -> NDArray[np.uint8]:
    """Decode a map of any coding that a robot, a cloud or a replay buffer may have."""
    start = bytes(data[:4])
    if not start:
        raise WireError(f"{what}: no data")
    try:
        if start == map_codings.RUN_LENGTHS:
            return run_lengths.decode_runs(data, shape=shape)
        if start == map_codings.CONFIDENCE:
            return small_confidence.decode_confidence(data, shape=shape)
    except ImageError as error:
        raise WireError(f"{what}: {error}") from error
    if start != map_codings.PNG:
        raise WireError(f"{what}: of no known coding: do both sides run one version?")
    return _decode(what, data, np.uint8, shape)


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
