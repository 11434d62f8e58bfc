import array
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from laecips_edge.core.image.blanking import Blanking, read_polygon
from laecips_edge.core.image.codecs import encode_jpeg, encode_png
from laecips_edge.core.image.image_messages import ImageError, image_fields
from laecips_edge.core.image.picture import Picture

GREY = np.full((4, 6, 3), 90, np.uint8)
OWN = encode_jpeg(GREY, 100)


def compressed(data: Any, kind: str = "jpeg") -> Picture:
    return Picture(SimpleNamespace(format=kind, data=data), compressed=True)


RAW = Picture(SimpleNamespace(**image_fields(GREY, "bgr8")), compressed=False)


@pytest.mark.parametrize("picture", [RAW, compressed(OWN)], ids=["raw", "compressed"])
def test_both_kinds_of_message_are_decoded(picture: Picture) -> None:
    assert np.abs(picture.rgb().astype(int) - GREY).max() <= 1


@pytest.mark.parametrize(
    ("picture", "jpeg"),
    [
        (compressed(OWN), OWN),
        (compressed(array.array("B", OWN)), OWN),
        (compressed(OWN + b"\0" * 5000), OWN),
        (compressed(encode_png(GREY), "png"), None),
        (RAW, None),
    ],
)
def test_the_cameras_own_jpeg(picture: Picture, jpeg: bytes | None) -> None:
    assert picture.jpeg() == jpeg


@pytest.mark.parametrize(
    "picture",
    [
        compressed(b"GIF89a"),
        Picture(SimpleNamespace(**image_fields(GREY, "bgr8") | {"encoding": "nv99"}), False),
    ],
)
def test_what_cannot_be_read_is_an_image_error(picture: Picture) -> None:
    with pytest.raises(ImageError):
        picture.rgb()


@pytest.mark.parametrize(("bits", "value"), [(16, 3), (10, 200)])
def test_the_bits_that_a_camera_uses(bits: int, value: int) -> None:
    fields = image_fields(GREY[..., 0], "mono16") | {"width": 3, "step": 6}
    fields["data"] = np.full((4, 3), 800, "<u2").tobytes()
    picture = Picture(SimpleNamespace(**fields), compressed=False, significant_bits=bits)
    assert (picture.rgb() == value).all()


@pytest.mark.parametrize("kind", ["jpeg", "png", "raw"])
def test_what_is_blanked_is_black_and_the_cameras_own_file_is_not_given(kind: str) -> None:
    grey = np.full((16, 24, 3), 90, np.uint8)
    raw = kind == "raw"
    data = encode_jpeg(grey, 95) if kind == "jpeg" else encode_png(grey)
    fields = image_fields(grey, "rgb8") if raw else {"format": kind, "data": data}
    blanking = Blanking([read_polygon("0,0 0.5,0 0.5,1 0,1")])
    picture = Picture(SimpleNamespace(**fields), compressed=not raw, blanking=blanking)
    rgb = picture.rgb()
    assert not rgb[:, :12].any()
    assert (rgb[:, 14:] > 80).all()
    assert picture.jpeg() is None
