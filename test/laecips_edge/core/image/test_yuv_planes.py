"""Messages of two planes, as they come from a camera, in RGB."""

from types import SimpleNamespace

import numpy as np
import pytest
from laecips_edge.core.image import image_messages
from laecips_edge.core.image.image_messages import ImageError

RED, GREEN = [255, 0, 0], [0, 255, 0]


def message(encoding: str, height: int, width: int, data: bytes, *, step: int) -> SimpleNamespace:
    return SimpleNamespace(
        encoding=encoding, height=height, width=width, data=data, step=step, is_bigendian=0
    )


# Y, U, V of pure green in the narrow range of BT.601: 145, 54, 34.
@pytest.mark.parametrize("padding", [0, 3])
@pytest.mark.parametrize(
    ("encoding", "colours", "wide"),
    [("nv12", [54, 34], 1), ("nv21", [34, 54], 1), ("nv24", [54, 34], 2)],
)
def test_planes(encoding: str, colours: list[int], wide: int, padding: int) -> None:
    """Green of 2 x 4 pixels: rows of brightness, then rows of pairs of colours."""
    brightness = bytes([145] * 4 + [7] * padding) * 2
    pairs = bytes(colours * 2 * wide + [7] * padding * wide) * (1 if wide == 1 else 2)
    picture = message(encoding, 2, 4, brightness + pairs, step=4 + padding)
    rgb = image_messages.to_rgb(picture)
    assert rgb.shape == (2, 4, 3)
    assert np.abs(rgb.astype(int) - GREEN).max() <= 3


def test_colours_of_nv24_belong_to_single_pixels() -> None:
    red, green = (81, 90, 240), (145, 54, 34)
    data = bytes([red[0], green[0], *red[1:], *green[1:]])
    rgb = image_messages.to_rgb(message("nv24", 1, 2, data, step=2))
    assert np.abs(rgb.astype(int) - [[RED, GREEN]]).max() <= 3


@pytest.mark.parametrize(
    ("height", "width", "size", "reason"),
    [
        (3, 4, 18, "no whole squares"),
        (2, 3, 9, "no whole squares"),
        (0, 4, 0, "no whole squares"),
        (2, 4, 11, "needs 3 rows of at least 4 bytes"),
    ],
)
def test_planes_that_do_not_fit(height: int, width: int, size: int, reason: str) -> None:
    with pytest.raises(ImageError, match=reason):
        image_messages.to_rgb(message("nv12", height, width, bytes(size), step=width))
