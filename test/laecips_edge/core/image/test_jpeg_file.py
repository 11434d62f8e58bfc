"""The end and the size of JPEG files of several kinds."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laecips_edge.core.image.jpeg_file import jpeg_end, jpeg_size

NOISE = np.random.default_rng(1).integers(0, 255, (37, 51, 3), np.uint8)


def jpeg(*options: int) -> bytes:
    return cv2.imencode(".jpg", NOISE, list(options))[1].tobytes()


FILES = {
    "baseline": jpeg(),
    "progressive": jpeg(cv2.IMWRITE_JPEG_PROGRESSIVE, 1),
    "restarts": jpeg(cv2.IMWRITE_JPEG_RST_INTERVAL, 3),
    "fill bytes": jpeg()[:2] + b"\xff\xff" + jpeg()[2:],
    "thumbnail": jpeg()[:2] + b"\xff\xe1" + (2 + len(jpeg())).to_bytes(2) + jpeg() + jpeg()[2:],
}


@pytest.mark.parametrize("data", FILES.values(), ids=FILES)
def test_the_end_is_the_files_own(data: bytes) -> None:
    assert jpeg_end(data) == jpeg_end(data + b"\0" * 99) == jpeg_end(data + jpeg()) == len(data)
    assert jpeg_size(data) == (37, 51)


@pytest.mark.parametrize("data", FILES.values(), ids=FILES)
@given(share=st.floats(0, 1, exclude_max=True))
def test_what_was_cut_has_no_end(data: bytes, share: float) -> None:
    assert jpeg_end(data[: int(len(data) * share)]) is None


@given(data=st.binary(max_size=60))
def test_any_bytes_may_be_asked(data: bytes) -> None:
    jpeg_end(b"\xff\xd8" + data)
    jpeg_size(b"\xff\xd8" + data)
