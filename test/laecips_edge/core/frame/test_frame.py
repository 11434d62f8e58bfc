import threading

from laecips_edge.core.frame.frame import Frame, NewestFrame
from laecips_edge.core.image.picture import Picture

PICTURE = Picture(None, compressed=False)


def frame(number: int) -> Frame:
    return Frame(number=number, stamp_ns=0, frame_id="", picture=PICTURE, received_s=0.0)


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
