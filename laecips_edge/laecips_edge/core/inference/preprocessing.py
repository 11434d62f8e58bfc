"""Turn pictures into f's inputs: resize, cut and normalise as the manifest says."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from laecips_edge.core.bundle.manifest import Manifest
from laecips_edge.core.image.fitting import fit, fit_depth


class Normalisation:
    """The normalisation of 8-bit colours, with a table of 256 values for each channel.

    Args:
        mean: mean of (R,G,B) in units of 1.
        std: standard deviation of (R,G,B) in units of 1.
    """

    def __init__(self, mean: Sequence[float], std: Sequence[float]) -> None:
        values = np.arange(256, dtype=np.float64) / 255
        shift, scale = np.array(mean), np.array(std)
        self._tables = ((values - shift[:, np.newaxis]) / scale[:, np.newaxis]).astype(np.float32)

    def __call__(self, rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return a picture, uint8 [H,W,3], as a network's input, float32 [1,3,H,W]."""
        planes = np.empty((1, 3, *rgb.shape[:2]), np.float32)
        for channel, table in enumerate(self._tables):
            planes[0, channel] = cv2.LUT(cv2.extractChannel(rgb, channel), table)
        return planes


class NetworkInputs:
    """The conversion of pictures of any size to f's inputs.

    Args:
        manifest: gives the input size, the modality and the normalisation.
    """

    def __init__(self, manifest: Manifest) -> None:
        self._manifest, self._tiling = manifest, manifest.tiling
        self._normalise = Normalisation(manifest.mean[:3], manifest.std[:3])

    def __call__(
        self, rgb: NDArray[np.uint8], depth: NDArray[np.uint16] | None = None
    ) -> list[dict[str, NDArray[np.float32]]]:
        """Resize, cut into tiles and normalise.

        Args:
            rgb: uint8 [H,W,3] of any size.
            depth: uint16 [H,W] in millimetres, of any size; ignored if f takes no depth.

        Returns:
            For each tile "rgb" float32 [1,3,h,w] and, for "rgbd", "depth" float32 [1,h,w].

        Raises:
            ValueError: an array has another type or shape, or a needed depth is missing.
        """
        fitted = self._rgb(rgb)
        tiles = [{"rgb": self._normalise(fitted[window])} for window in self._tiling.windows()]
        if self._manifest.modality == "rgbd":
            far = self._depth(depth)
            for tile, window in zip(tiles, self._tiling.windows(), strict=True):
                tile["depth"] = np.ascontiguousarray(far[window])[np.newaxis]
        return tiles

    def _rgb(self, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8 or rgb.size == 0:
            raise ValueError(
                f"picture: must be uint8 [H,W,3] and not empty, got {rgb.dtype} {list(rgb.shape)}"
            )
        return fit(rgb, self._tiling.picture)

    def _depth(self, depth: NDArray[np.uint16] | None) -> NDArray[np.float32]:
        if depth is None or depth.ndim != 2 or depth.dtype != np.uint16 or depth.size == 0:
            found = "none" if depth is None else f"{depth.dtype} {list(depth.shape)}"
            raise ValueError(
                f"depth: bundle {self._manifest.name} takes uint16 [H,W] in mm, got {found}"
            )
        fitted = fit_depth(depth, self._tiling.picture)
        share = np.minimum(fitted / np.float32(self._manifest.depth_range_mm), 1)
        normalised = (share - self._manifest.mean[3]) / self._manifest.std[3]
        return normalised.astype(np.float32)
