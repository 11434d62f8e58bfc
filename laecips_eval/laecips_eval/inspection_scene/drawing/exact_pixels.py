"""Pixel arithmetic whose result is the same on every processor.

It uses integers only, and of OpenCV only the fixed-point functions on uint8: `GaussianBlur`,
`resize` with INTER_LINEAR_EXACT or INTER_AREA, `remap` with fixed-point maps, and drawing without
anti-aliasing.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import cv2
import numpy as np
from numpy.typing import NDArray


@contextmanager
def reproducible() -> Iterator[None]:
    """Keep OpenCV from using IPP, whose kernels differ from processor to processor."""
    before = bool(cv2.ipp.useIPP())
    cv2.ipp.setUseIPP(False)
    try:
        yield
    finally:
        cv2.ipp.setUseIPP(before)


def blend(
    below: NDArray[np.uint8], above: NDArray[np.uint8], coverage: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """Return `above` over `below` by coverage 0..255; colours [h, w, 3], coverage [h, w]."""
    weight = coverage.astype(np.int32)[:, :, None]
    low = below.astype(np.int32)
    return ((low * 255 + (above.astype(np.int32) - low) * weight + 127) // 255).astype(np.uint8)


def add(pixels: NDArray[np.uint8], offset: NDArray[np.int16]) -> NDArray[np.uint8]:
    """Return pixels + offset, saturating; a [h, w] offset goes to all three channels."""
    if offset.ndim < pixels.ndim:
        offset = offset[:, :, None]
    return np.clip(pixels.astype(np.int16) + offset, 0, 255).astype(np.uint8)


def scale(pixels: NDArray[np.uint8], gain: NDArray[np.int32]) -> NDArray[np.uint8]:
    """Return pixels * gain / 256, saturating; gain [h, w], 256 is neutral."""
    if gain.ndim < pixels.ndim:
        gain = gain[:, :, None]
    return np.minimum((pixels.astype(np.int32) * gain) >> 8, 255).astype(np.uint8)


def blur(
    pixels: NDArray[np.uint8], sigma: float, sigma_y: float | None = None
) -> NDArray[np.uint8]:
    """Blur with a Gaussian in fixed point; deviations in pixels, `sigma_y` defaults to `sigma`."""
    tall = sigma if sigma_y is None else sigma_y
    size = (_kernel_size(sigma), _kernel_size(tall))
    if size == (1, 1):
        return pixels
    return np.asarray(
        cv2.GaussianBlur(pixels, size, max(sigma, 0.01), sigmaY=max(tall, 0.01)), dtype=np.uint8
    )


def _kernel_size(sigma: float) -> int:
    return 2 * int(sigma * 2.6 + 0.5) + 1 if sigma > 0.05 else 1
