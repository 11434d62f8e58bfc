"""Convert ROS image messages to arrays and back.

Messages are duck-typed (the fields of sensor_msgs/Image and CompressedImage), so that this module
needs no ROS. Errors say what is wrong and what to do; the caller adds the topic.
"""

import array
from collections.abc import Callable
from typing import Any, Final, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from laecips_edge.core.image.codecs import (
    MOST_PIXELS,
    Buffer,
    ImageError,
    decode_rgb,
    encode_jpeg,
    is_jpeg,
)
from laecips_edge.core.image.yuv_planes import PLANES, planes_to_rgb

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
"""Largest depth in uint16 millimetres; also the value for "too far to measure"."""


class Image(Protocol):
    """The fields of sensor_msgs/Image that this module reads."""

    height: int
    width: int
    encoding: str
    is_bigendian: int
    step: int
    data: Any


class CompressedImage(Protocol):
    """The fields of sensor_msgs/CompressedImage that this module reads."""

    format: str
    data: Any


def _convert(code: int) -> Callable[[NDArray], NDArray]:
    return lambda pixels: cv2.cvtColor(pixels, code)


def _as_is(pixels: NDArray) -> NDArray:
    return pixels


# By encoding: bytes of a channel, channels, conversion to RGB. OpenCV's names of Bayer patterns
# start at the second row and column, those of ROS at the first. 8UC3 and 8UC4 are OpenCV's, BGR.
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
    "rgba16": (2, 4, _convert(cv2.COLOR_RGBA2RGB)),
    "bgra16": (2, 4, _convert(cv2.COLOR_BGRA2RGB)),
    "16UC3": (2, 3, _convert(cv2.COLOR_BGR2RGB)),
    "16UC4": (2, 4, _convert(cv2.COLOR_BGRA2RGB)),
    "mono16": (2, 1, _convert(cv2.COLOR_GRAY2RGB)),
    "bayer_rggb8": (1, 1, _convert(cv2.COLOR_BayerBG2RGB)),
    "bayer_bggr8": (1, 1, _convert(cv2.COLOR_BayerRG2RGB)),
    "bayer_gbrg8": (1, 1, _convert(cv2.COLOR_BayerGR2RGB)),
    "bayer_grbg8": (1, 1, _convert(cv2.COLOR_BayerGB2RGB)),
    "bayer_rggb16": (2, 1, _convert(cv2.COLOR_BayerBG2RGB)),
    "bayer_bggr16": (2, 1, _convert(cv2.COLOR_BayerRG2RGB)),
    "bayer_gbrg16": (2, 1, _convert(cv2.COLOR_BayerGR2RGB)),
    "bayer_grbg16": (2, 1, _convert(cv2.COLOR_BayerGB2RGB)),
    "yuv422": (1, 2, _convert(cv2.COLOR_YUV2RGB_UYVY)),
    "uyvy": (1, 2, _convert(cv2.COLOR_YUV2RGB_UYVY)),
    "yuv422_yuy2": (1, 2, _convert(cv2.COLOR_YUV2RGB_YUY2)),
    "yuyv": (1, 2, _convert(cv2.COLOR_YUV2RGB_YUY2)),
}
_PAIRS_OF_PIXELS: Final = {"yuv422", "uyvy", "yuv422_yuy2", "yuyv"}
_DEPTH: Final = {"16UC1": "u2", "mono16": "u2", "32FC1": "f4"}


def to_rgb(message: Image, *, significant_bits: int = 16) -> NDArray[np.uint8]:
    """Return a picture of any usual encoding as uint8 [H,W,3], RGB.

    The result may share memory with the message.

    Args:
        message: The picture.
        significant_bits: Of 16-bit encodings, the number of bits from the lowest on that the camera
            uses, 8 to 16; the highest eight of these are kept, and larger values become 255.

    Raises:
        ImageError: the encoding is unknown or one of depth, the picture has no pixels, or the data
            does not fit the other fields.

    Example:
        >>> from types import SimpleNamespace
        >>> red = dict(height=1, width=1, encoding="bgr8", is_bigendian=0, step=3)
        >>> to_rgb(SimpleNamespace(**red, data=bytes([0, 0, 255]))).tolist()
        [[[255, 0, 0]]]
    """
    if message.encoding in PLANES:
        return np.asarray(_planes_to_rgb(message), np.uint8)
    if message.encoding not in _TO_RGB:
        hint = (
            "holds depth: publish a picture on this topic, and depth on the topic `depth`"
            if message.encoding in _DEPTH
            else f"is not known: use one of {', '.join([*_TO_RGB, *PLANES])}"
        )
        raise ImageError(f"encoding {message.encoding!r} {hint}")
    itemsize, channels, convert = _TO_RGB[message.encoding]
    pixels = _pixels(message, f"u{itemsize}", channels)
    if itemsize == 2:
        pixels = (pixels >> significant_bits - 8).clip(0, 255).astype(np.uint8)
    if message.encoding in _PAIRS_OF_PIXELS and message.width % 2:
        # Refused here, because OpenCV 4.6 reads past the end of the row.
        raise ImageError(f"width {message.width} is odd: {message.encoding} comes in pairs")
    try:
        return np.ascontiguousarray(convert(pixels))
    except cv2.error as error:
        raise ImageError(
            f"{message.height} x {message.width} is no size for {message.encoding} ({error.err})"
        ) from error


def used_bits(message: Image) -> int | None:
    """Return how many low bits hold all values of a 16-bit picture.

    Cameras of 10 or 12 bits often publish their values as they are, under an encoding of 16 bits.

    Returns:
        0 (all black, which tells nothing), 10, 12 or 16, the smallest that fits; None if the
        encoding is not one of 16 bits a channel.
    """
    if _TO_RGB.get(message.encoding, (1,))[0] != 2:
        return None
    largest = int(_pixels(message, "u2", _TO_RGB[message.encoding][1]).max())
    return next(bits for bits in (0, 10, 12, 16) if largest < 1 << bits)


def to_depth(message: Image) -> NDArray[np.uint16]:
    """Return a depth image as uint16 [H,W] in millimetres; 0 is unknown (REP 117, REP 118).

    Metres of 32FC1 are rounded to millimetres. NaN and too close (-inf) become 0; too far (+inf, or
    more than 65.535 m) becomes 65535.

    Raises:
        ImageError: the encoding holds no depth, the image has no pixels, or the data does not fit
            the other fields.
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


def decode_compressed(
    data: Buffer,
    format: str = "",  # noqa: A002 (its field)
    *,
    most_pixels: int = MOST_PIXELS,
) -> NDArray[np.uint8]:
    """Decode a CompressedImage's data: uint8 [H,W,3], RGB.

    Args:
        data: A whole JPEG or PNG file.
        format: The message's `format`, only for the error: the bytes decide how to decode.
        most_pixels: Largest picture that is taken, in pixels.

    Raises:
        ImageError: the data is neither JPEG nor PNG, too large, truncated, or broken.
    """
    try:
        return decode_rgb(data, most_pixels=most_pixels)
    except ImageError as error:
        raise ImageError(f"format {format!r}: {error}") from error


def image_fields(pixels: NDArray[np.uint8], encoding: str) -> dict[str, Any]:
    """Return the fields of a sensor_msgs/Image, without the header.

    Use: `Image(header=..., **image_fields(label_map, "mono8"))`.

    Args:
        pixels: uint8 [H,W] or [H,W,C].
        encoding: "mono8", "rgb8", ...
    """
    height, width = pixels.shape[:2]
    data = array.array("B")  # rclpy does not check each element of it
    data.frombytes(np.ascontiguousarray(pixels).data)
    return {
        "height": height,
        "width": width,
        "encoding": encoding,
        "is_bigendian": 0,
        "step": pixels.nbytes // height,
        "data": data,
    }


def _pixels(message: Image, kind: str, channels: int) -> NDArray:
    """Return the pixels, [H,W] or [H,W,C] in native byte order, as a view if possible."""
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


def _planes_to_rgb(message: Image) -> NDArray:
    """Return a picture of two planes, rows of both of which may be padded, as [H,W,3], RGB."""
    height, width, step = message.height, message.width, message.step
    size = f"{height} x {width} {message.encoding}"
    halves = message.encoding != "nv24"
    if not height or not width or (halves and (height % 2 or width % 2)):
        raise ImageError(f"{size} has no whole squares of pixels: check the camera driver")
    data = np.frombuffer(message.data, np.uint8)
    rows = int(PLANES[message.encoding] * height)  # the second plane of NV24 has rows of two steps
    if step < width or data.size != step * rows:
        raise ImageError(
            f"{size} needs {rows} rows of at least {width} bytes: step is {step}, data has "
            f"{data.size} bytes; check the camera driver"
        )
    if halves:
        data = data.reshape(rows, step)[:, :width].ravel()
    else:
        brightness, colours = np.split(data, [height * step])
        data = np.concatenate(
            [
                brightness.reshape(height, step)[:, :width].ravel(),
                colours.reshape(height, 2 * step)[:, : 2 * width].ravel(),
            ]
        )
    return planes_to_rgb(data, message.encoding, (height, width))
