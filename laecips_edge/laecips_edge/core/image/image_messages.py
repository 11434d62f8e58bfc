"""Images as ROS messages carry them, to arrays and back.

Messages are duck-typed (the fields of sensor_msgs/Image and CompressedImage), so that this module
needs no ROS. Errors say what is wrong and what to do; the caller knows the topic and adds it.
"""

import array
from collections.abc import Callable
from typing import Any, Final, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from laecips_edge.core.image.codecs import Buffer, ImageError, decode_rgb, encode_jpeg, is_jpeg

__all__ = [
    "CompressedImage",
    "Image",
    "ImageError",
    "decode_compressed",
    "encode_jpeg",
    "image_fields",
    "is_jpeg",
    "to_depth",
    "to_rgb",
]

MAX_DEPTH_MM: Final = 65535
"""What uint16 millimetres can say; also what "too far to measure" becomes."""


class Image(Protocol):
    """The fields of sensor_msgs/Image that are read here."""

    height: int
    width: int
    encoding: str
    is_bigendian: int
    step: int
    data: Any


class CompressedImage(Protocol):
    """The fields of sensor_msgs/CompressedImage that are read here."""

    format: str
    data: Any


def _convert(code: int) -> Callable[[NDArray], NDArray]:
    return lambda pixels: cv2.cvtColor(pixels, code)


def _as_is(pixels: NDArray) -> NDArray:
    return pixels


# Encoding: bytes of a channel, channels, from there to RGB. OpenCV's names of Bayer patterns start
# at the second row and column, those of ROS at the first. 8UC3 and 8UC4 are OpenCV's own, BGR.
_TO_RGB: Final[dict[str, tuple[int, int, Callable[[NDArray], NDArray]]]] = {
    "rgb8": (1, 3, _as_is),
    "bgr8": (1, 3, _convert(cv2.COLOR_BGR2RGB)),
    "rgba8": (1, 4, _convert(cv2.COLOR_RGBA2RGB)),
    "bgra8": (1, 4, _convert(cv2.COLOR_BGRA2RGB)),
    "8UC3": (1, 3, _convert(cv2.COLOR_BGR2RGB)),
    "8UC4": (1, 4, _convert(cv2.COLOR_BGRA2RGB)),
    "mono8": (1, 1, _convert(cv2.COLOR_GRAY2RGB)),
    "8UC1": (1, 1, _convert(cv2.COLOR_GRAY2RGB)),
    "rgb16": (2, 3, _as_is),
    "bgr16": (2, 3, _convert(cv2.COLOR_BGR2RGB)),
    "mono16": (2, 1, _convert(cv2.COLOR_GRAY2RGB)),
    "bayer_rggb8": (1, 1, _convert(cv2.COLOR_BayerBG2RGB)),
    "bayer_bggr8": (1, 1, _convert(cv2.COLOR_BayerRG2RGB)),
    "bayer_gbrg8": (1, 1, _convert(cv2.COLOR_BayerGR2RGB)),
    "bayer_grbg8": (1, 1, _convert(cv2.COLOR_BayerGB2RGB)),
    "yuv422": (1, 2, _convert(cv2.COLOR_YUV2RGB_UYVY)),
    "uyvy": (1, 2, _convert(cv2.COLOR_YUV2RGB_UYVY)),
    "yuv422_yuy2": (1, 2, _convert(cv2.COLOR_YUV2RGB_YUY2)),
    "yuyv": (1, 2, _convert(cv2.COLOR_YUV2RGB_YUY2)),
}
_PAIRS_OF_PIXELS: Final = {"yuv422", "uyvy", "yuv422_yuy2", "yuyv"}
_DEPTH: Final = {"16UC1": "u2", "mono16": "u2", "32FC1": "f4"}


def to_rgb(message: Image) -> NDArray[np.uint8]:
    """A picture of any usual encoding as uint8 [H,W,3], RGB.

    Of 16-bit encodings the high byte is taken. The result may share memory with the message.

    Raises:
        ImageError: unknown or depth encoding, no pixels, or data that does not fit its own header.

    Example:
        >>> from types import SimpleNamespace
        >>> red = dict(height=1, width=1, encoding="bgr8", is_bigendian=0, step=3)
        >>> to_rgb(SimpleNamespace(**red, data=bytes([0, 0, 255]))).tolist()
        [[[255, 0, 0]]]
    """
    if message.encoding not in _TO_RGB:
        hint = (
            "holds depth: give a picture here and this on the topic `depth`"
            if message.encoding in _DEPTH
            else f"is not known: use one of {', '.join(_TO_RGB)}"
        )
        raise ImageError(f"encoding {message.encoding!r} {hint}")
    itemsize, channels, convert = _TO_RGB[message.encoding]
    pixels = _pixels(message, f"u{itemsize}", channels)
    if itemsize == 2:
        pixels = (pixels >> 8).astype(np.uint8)
    if message.encoding in _PAIRS_OF_PIXELS and message.width % 2:
        # Not left to OpenCV: 4.6 reads past the end of the row.
        raise ImageError(f"width {message.width} is odd: {message.encoding} comes in pairs")
    try:
        return np.ascontiguousarray(convert(pixels))
    except cv2.error as error:
        raise ImageError(
            f"{message.height} x {message.width} is no size for {message.encoding} ({error.err})"
        ) from error


def to_depth(message: Image) -> NDArray[np.uint16]:
    """A depth image as uint16 [H,W] in millimetres, 0 where unknown (REP 117, REP 118).

    Metres of 32FC1 are rounded; not a number and too close (-inf) become 0, too far (+inf, or more
    than 65.535 m) becomes 65535.

    Raises:
        ImageError: another encoding, no pixels, or data that does not fit its own header.
    """
    if message.encoding not in _DEPTH:
        raise ImageError(
            f"encoding {message.encoding!r} holds no depth: use one of {', '.join(_DEPTH)}"
        )
    pixels = _pixels(message, _DEPTH[message.encoding], 1)
    if message.encoding != "32FC1":
        return pixels.astype(np.uint16)
    millimetres = np.nan_to_num(pixels * np.float32(1000), nan=0, posinf=MAX_DEPTH_MM, neginf=0)
    return np.rint(millimetres.clip(0, MAX_DEPTH_MM)).astype(np.uint16)


def decode_compressed(data: Buffer, format: str = "") -> NDArray[np.uint8]:  # noqa: A002 (its field)
    """Decode a CompressedImage's data: uint8 [H,W,3], RGB.

    Args:
        data: A whole JPEG or PNG file.
        format: The message's `format`, only for the error: what counts is what the bytes are.

    Raises:
        ImageError: neither JPEG nor PNG, truncated, or broken.
    """
    try:
        return decode_rgb(data)
    except ImageError as error:
        raise ImageError(f"format {format!r}: {error}") from error


def image_fields(pixels: NDArray[np.uint8], encoding: str) -> dict[str, Any]:
    """Fields of a sensor_msgs/Image: `Image(header=..., **image_fields(label_map, "mono8"))`.

    Args:
        pixels: uint8 [H,W] or [H,W,C].
        encoding: "mono8", "rgb8", ...
    """
    height, width = pixels.shape[:2]
    return {
        "height": height,
        "width": width,
        "encoding": encoding,
        "is_bigendian": 0,
        "step": pixels.nbytes // height,
        "data": array.array("B", pixels.tobytes()),  # which rclpy takes without looking at each
    }


def _pixels(message: Image, kind: str, channels: int) -> NDArray:
    """[H,W] or [H,W,C] in native byte order, a view where possible."""
    dtype = np.dtype(kind).newbyteorder(">" if message.is_bigendian else "<")
    row = message.width * channels * dtype.itemsize
    size = f"{message.height} x {message.width} {message.encoding}"
    if message.height == 0 or message.width == 0:
        raise ImageError(f"{size} has no pixels: check the camera driver")
    data = np.frombuffer(message.data, np.uint8)
    if message.step < row or data.size != message.step * message.height:
        raise ImageError(
            f"{size} needs rows of at least {row} bytes: step is {message.step}, data has "
            f"{data.size} bytes; check the camera driver"
        )
    rows = data.reshape(message.height, message.step)[:, :row]
    pixels = np.ascontiguousarray(rows).view(dtype)
    if channels > 1:
        pixels = pixels.reshape(message.height, message.width, channels)
    return pixels.astype(dtype.newbyteorder("="), copy=False)


def nanoseconds(stamp: Any) -> int:
    """A builtin_interfaces/Time, or whatever has its fields `sec` and `nanosec`, in nanoseconds."""
    return int(stamp.sec) * 10**9 + int(stamp.nanosec)
