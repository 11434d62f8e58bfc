"""Bring a camera's calibration to the size of a map that was made from its pictures.

Messages are duck-typed (the fields of sensor_msgs/CameraInfo), so that this module needs no ROS.
"""

from __future__ import annotations

from typing import Any, Protocol


class SensorRegion(Protocol):
    """The fields of sensor_msgs/RegionOfInterest."""

    x_offset: int
    y_offset: int
    height: int
    width: int
    do_rectify: bool


class CameraInfo(Protocol):
    """The fields of sensor_msgs/CameraInfo, without the header."""

    height: int
    width: int
    distortion_model: str
    d: Any
    k: Any
    r: Any
    p: Any
    binning_x: int
    binning_y: int
    roi: SensorRegion


def camera_model_at(camera: CameraInfo, size: tuple[int, int]) -> dict[str, Any]:
    """Return the fields of a camera's calibration for a map, without the header.

    The map shows all that the camera's picture shows. A picture of the sensor's region of interest,
    or of binned pixels, stays one: what is scaled is the whole sensor.

    Args:
        camera: the camera's calibration.
        size: rows and columns of the map.

    Returns:
        The fields of sensor_msgs/CameraInfo; `roi` has those of RegionOfInterest. They are the
        camera's own where the map has the size of its picture, or the camera tells no size.
    """
    region = camera.roi
    rows = _scale(size[0], region.height or camera.height, camera.binning_y)
    columns = _scale(size[1], region.width or camera.width, camera.binning_x)
    return {
        "height": round(camera.height * rows),
        "width": round(camera.width * columns),
        "distortion_model": camera.distortion_model,
        "d": camera.d,
        "k": _scaled(camera.k, rows, columns),
        "r": camera.r,
        "p": _scaled(camera.p, rows, columns),
        "binning_x": camera.binning_x,
        "binning_y": camera.binning_y,
        "roi": {
            "x_offset": round(region.x_offset * columns),
            "y_offset": round(region.y_offset * rows),
            "height": round(region.height * rows),
            "width": round(region.width * columns),
            "do_rectify": region.do_rectify,
        },
    }


def _scale(pixels: int, sensor: int, binning: int) -> float:
    return pixels * max(1, binning) / sensor if sensor else 1.0


def _scaled(matrix: Any, rows: float, columns: float) -> Any:
    """Return K or P, row by row, for pixels of another size; their centres are at .5."""
    if rows == columns == 1.0 or not any(matrix):
        return matrix
    width = len(matrix) // 3
    scaled = [float(value) for value in matrix]
    for row, scale in enumerate((columns, rows)):
        first = row * width
        for column in range(width):
            scaled[first + column] *= scale
        scaled[first + 2] += (scale - 1) / 2
    return scaled
