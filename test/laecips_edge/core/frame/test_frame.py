import threading

import numpy as np
import pytest
from laecips_edge.core.frame.frame import Frame, NewestFrame
from laecips_edge.core.image.image_messages import ImageError, encode_jpeg, image_fields
from sensor_msgs.msg import CompressedImage, Image

GREY = np.full((4, 6, 3), 90, np.uint8)


def frame(number: int, message: Image | CompressedImage | None = None) -> Frame:
    return Frame(number=number, message=message or Image(), received_s=0.0)


@pytest.mark.parametrize(
    "message",
    [
        Image(**image_fields(GREY, "bgr8")),
        CompressedImage(format="jpeg", data=encode_jpeg(GREY, 100)),
    ],
    ids=["raw", "compressed"],
)
def test_both_kinds_of_image_are_decoded(message: Image | CompressedImage) -> None:
    assert np.abs(frame(1, message).rgb().astype(int) - GREY).max() <= 1


def test_what_cannot_be_read_is_an_image_error() -> None:
    with pytest.raises(ImageError):
        frame(1, Image(encoding="nv99")).rgb()


def test_stamp() -> None:
    message = Image()
    message.header.stamp.sec, message.header.stamp.nanosec = 3, 7
    assert frame(1, message).stamp_ns == 3_000_000_007


def test_the_newest_frame_takes_the_place_of_the_one_that_waits() -> None:
    newest = NewestFrame()
    assert newest.put(frame(1)) is None
    superseded = newest.put(frame(2))
    assert superseded is not None
    assert superseded.number == 1
    taken = newest.take(timeout=0)
    assert taken is not None
    assert taken.number == 2
    assert newest.take(timeout=0) is None
    assert newest.put(frame(3)) is None


def test_what_waits_when_it_closes_can_still_be_taken() -> None:
    newest = NewestFrame()
    newest.put(frame(1))
    newest.close()
    assert not newest.finished
    assert newest.take(timeout=30) is not None
    assert newest.finished
    assert newest.take(timeout=30) is None  # at once: nothing will come


def test_whoever_waits_is_woken_by_a_frame() -> None:
    newest = NewestFrame()
    taken: list[Frame | None] = []
    thread = threading.Thread(target=lambda: taken.append(newest.take(timeout=30)))
    thread.start()
    newest.put(frame(5))
    thread.join()
    assert taken[0] is not None
    assert taken[0].number == 5
