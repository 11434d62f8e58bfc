"""Sizes in millimetres, from depth and the intrinsics of a pinhole camera.

A pixel at depth Z covers Z / fx by Z / fy of a surface that is parallel to the picture; of a tilted
surface it covers more, so that sizes are too small there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from laecips_edge.core.findings.label_regions import LabelRegion
from laecips_edge.core.image.camera_model import CameraInfo, camera_model_at
from laecips_edge.core.image.image_messages import MAX_DEPTH_MM

MEASURED_SHARE: Final = 0.5
"""Share of a region's pixels that must have a depth."""

_NAN: Final = float("nan")


@dataclass(frozen=True, kw_only=True)
class Intrinsics:
    """Focal lengths of a camera, in pixels of a map.

    Attributes:
        fx: horizontal focal length.
        fy: vertical focal length.
    """

    fx: float
    fy: float

    @classmethod
    def of(cls, camera: CameraInfo, size: tuple[int, int]) -> Intrinsics | None:
        """Return the intrinsics for a map; None of a camera without calibration.

        Args:
            camera: sensor_msgs/CameraInfo of the camera.
            size: rows and columns of the map, which shows all of the camera's picture.
        """
        model = camera_model_at(camera, size)
        # K is that of the whole sensor, and zero without a calibration (sensor_msgs/CameraInfo).
        fx = float(model["k"][0]) / max(1, model["binning_x"])
        fy = float(model["k"][4]) / max(1, model["binning_y"])
        return cls(fx=fx, fy=fy) if fx > 0 and fy > 0 else None


@dataclass(frozen=True, kw_only=True)
class MetricSize:
    """The size of a region on the surface; NaN where it is unknown, never 0.

    Attributes:
        width_mm: width of the box.
        height_mm: height of the box.
        area_mm2: area of the region.
        distance_mm: median depth of the region.
    """

    width_mm: float = _NAN
    height_mm: float = _NAN
    area_mm2: float = _NAN
    distance_mm: float = _NAN


UNKNOWN_SIZE: Final = MetricSize()


def metric_size(
    region: LabelRegion,
    depth: NDArray[np.uint16] | None,
    intrinsics: Intrinsics | None,
) -> MetricSize:
    """Return the size of a region in millimetres.

    Args:
        region: the region.
        depth: uint16 [H, W] in millimetres, of the map's size, 0 unknown, 65535 too far; None where
            there is none.
        intrinsics: the camera's; None where they are unknown.

    Returns:
        The size. All of it is unknown without intrinsics, without depth, and where less than half
        of the region has a depth.
    """
    if depth is None or intrinsics is None:
        return UNKNOWN_SIZE
    depths = depth[region.window][region.mask]
    depths = depths[(depths > 0) & (depths < MAX_DEPTH_MM)].astype(np.float64)
    if depths.size < MEASURED_SHARE * region.area:
        return UNKNOWN_SIZE
    distance = float(np.median(depths))
    return MetricSize(
        width_mm=region.box[2] * distance / intrinsics.fx,
        height_mm=region.box[3] * distance / intrinsics.fy,
        area_mm2=float(np.mean(depths**2)) * region.area / (intrinsics.fx * intrinsics.fy),
        distance_mm=distance,
    )
