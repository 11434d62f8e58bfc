import threading

import pytest
from laecips_edge.core.frame.stamped_buffer import StampedBuffer


@pytest.mark.parametrize(
    ("stamps", "wanted", "found"),
    [
        ([], 100, None),
        ([100], 100, 100),
        ([90, 104], 100, 104),
        ([90, 104], 96, 90),
        ([110], 100, 110),
        ([111], 100, None),
        ([95, 200, 300, 400], 100, None),  # the oldest of four has made room
    ],
)
def test_nearest_within_the_tolerance(stamps: list[int], wanted: int, found: int | None) -> None:
    buffer: StampedBuffer[int] = StampedBuffer(size=3, tolerance_ns=10)
    for stamp in stamps:
        buffer.add(stamp, stamp)
    assert buffer.nearest(wanted) == found


def test_it_may_come_a_little_later() -> None:
    buffer: StampedBuffer[str] = StampedBuffer()
    threading.Timer(0.02, lambda: buffer.add(100, "late")).start()
    assert buffer.nearest(100, timeout=30) == "late"


def test_why_nothing_is_near() -> None:
    buffer: StampedBuffer[str] = StampedBuffer()
    assert buffer.nothing_near(0) == "none came at all: check the topic `depth`"
    buffer.add(100_000_000, "a")
    buffer.add(135_000_000, "b")
    assert buffer.nothing_near(160_000_000) == (
        "the nearest is 25 ms off the picture, 20 ms are allowed: let the driver stamp both alike"
    )
