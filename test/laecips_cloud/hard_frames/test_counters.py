"""Counters of the cloud node."""

from concurrent.futures import ThreadPoolExecutor

from laecips_cloud.hard_frames.counters import Tally
from laecips_edge.core.link.hard_frame import Answer, StageTimes, Status


def test_each_request_counts_once() -> None:
    tally = Tally()
    for masks in (10.0, 30.0, 20.0):
        tally.count(Answer(status=Status.OK, times=StageTimes(masks=masks, decode=1.0)))
    tally.count(Answer(status=Status.OK, repeated=True))
    tally.count(Answer(status=Status.BAD_REQUEST, message="image: truncated"))
    assert tally.fields() == {
        "requests": 5,
        "answered": 4,
        "repeated": 1,
        "refused": 1,
        "decode_ms": 1.0,
        "scores_ms": 0.0,
        "masks_ms": 20.0,
        "fusion_ms": 0.0,
        "store_ms": 0.0,
        "wait_ms": 0.0,
        "batch": 0.0,
    }


def test_the_mean_batch_is_of_the_newest_hundred_that_were_run() -> None:
    tally = Tally()
    tally.count(Answer(status=Status.OK, batch=8))
    for batch in (1, 3) * 50:
        tally.count(Answer(status=Status.OK, batch=batch))
    tally.count(Answer(status=Status.OK, repeated=True))
    tally.count(Answer(status=Status.UNAVAILABLE, message="too late"))
    assert tally.fields()["batch"] == 2.0


def test_several_threads_count_at_once() -> None:
    tally = Tally()
    with ThreadPoolExecutor(4) as pool:
        for _ in range(400):
            pool.submit(tally.count, Answer(status=Status.OK))
    assert tally.fields()["answered"] == 400


def test_trouble_is_the_clouds_own_and_lasts_until_an_answer() -> None:
    tally = Tally()
    tally.count(Answer(status=Status.BAD_REQUEST, message="image: truncated"))
    assert tally.trouble == ""
    tally.count(Answer(status=Status.UNAVAILABLE, message="the disk is full"))
    assert tally.trouble == "the disk is full"
    tally.count(Answer(status=Status.BAD_REQUEST, message="image: truncated"))
    assert tally.trouble == "the disk is full"
    tally.count(Answer(status=Status.OK))
    assert tally.trouble == ""
