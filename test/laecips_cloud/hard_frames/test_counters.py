"""Counters of the cloud node."""

from concurrent.futures import ThreadPoolExecutor

from laecips_cloud.hard_frames.counters import UNKEPT, CloudCounters
from laecips_edge.core.link.hard_frame import AnswerStatus, HardFrameAnswer, StageTimes


def test_each_request_counts_once() -> None:
    counters = CloudCounters()
    for masks in (10.0, 30.0, 20.0):
        counters.count(
            HardFrameAnswer(status=AnswerStatus.OK, times=StageTimes(masks=masks, decode=1.0))
        )
    counters.count(HardFrameAnswer(status=AnswerStatus.OK, repeated=True))
    counters.count(HardFrameAnswer(status=AnswerStatus.BAD_REQUEST, message="image: truncated"))
    assert counters.fields() == {
        "requests": 5,
        "answered": 4,
        "repeated": 1,
        "refused": 1,
        "unkept": 0,
        "decode_ms": 1.0,
        "scores_ms": 0.0,
        "masks_ms": 20.0,
        "fusion_ms": 0.0,
        "store_ms": 0.0,
        "wait_ms": 0.0,
        "batch": 0.0,
    }


def test_the_mean_batch_is_of_the_newest_hundred_that_were_run() -> None:
    counters = CloudCounters()
    counters.count(HardFrameAnswer(status=AnswerStatus.OK, batch=8))
    for batch in (1, 3) * 50:
        counters.count(HardFrameAnswer(status=AnswerStatus.OK, batch=batch))
    counters.count(HardFrameAnswer(status=AnswerStatus.OK, repeated=True))
    counters.count(HardFrameAnswer(status=AnswerStatus.UNAVAILABLE, message="too late"))
    assert counters.fields()["batch"] == 2.0


def test_several_threads_count_at_once() -> None:
    counters = CloudCounters()
    with ThreadPoolExecutor(4) as pool:
        for _ in range(400):
            pool.submit(counters.count, HardFrameAnswer(status=AnswerStatus.OK))
    assert counters.fields()["answered"] == 400


def test_trouble_is_the_clouds_own_and_lasts_until_an_answer() -> None:
    counters = CloudCounters()
    counters.count(HardFrameAnswer(status=AnswerStatus.BAD_REQUEST, message="image: truncated"))
    assert counters.trouble == ""
    counters.count(HardFrameAnswer(status=AnswerStatus.UNAVAILABLE, message="the disk is full"))
    assert counters.trouble == "the disk is full"
    counters.count(HardFrameAnswer(status=AnswerStatus.BAD_REQUEST, message="image: truncated"))
    assert counters.trouble == "the disk is full"
    counters.count(HardFrameAnswer(status=AnswerStatus.OK))
    assert counters.trouble == ""


def test_a_frame_that_is_not_kept_is_trouble_although_it_is_answered() -> None:
    counters = CloudCounters()
    counters.count(HardFrameAnswer(status=AnswerStatus.OK, unkept="replay.sqlite: disk is full"))
    assert counters.trouble == f"replay.sqlite: disk is full; {UNKEPT}"
    assert (counters.fields()["answered"], counters.fields()["unkept"]) == (1, 1)
    counters.count(HardFrameAnswer(status=AnswerStatus.OK))
    assert counters.trouble == ""


def test_the_share_of_refusals() -> None:
    counters = CloudCounters()
    assert counters.refused_share() == 0.0
    for _ in range(8):
        counters.count(HardFrameAnswer(status=AnswerStatus.BAD_REQUEST, message="classes_hash"))
        counters.count(HardFrameAnswer(status=AnswerStatus.OK))
    assert counters.refused_share() == 0.5
    assert counters.refusal == "classes_hash"


def test_a_cloud_that_refuses_everything_is_seen_though_robots_hardly_ask_it_any_more() -> None:
    """A robot whose requests fail soon asks twice a minute, too seldom for a share."""
    counters = CloudCounters()
    for _ in range(2):
        counters.count(HardFrameAnswer(status=AnswerStatus.BAD_REQUEST, message="classes_hash"))
    assert counters.refused_share() == 0.0
    counters.count(HardFrameAnswer(status=AnswerStatus.BAD_REQUEST, message="classes_hash"))
    assert counters.refused_share() == 1.0
    counters.count(HardFrameAnswer(status=AnswerStatus.OK))
    assert counters.refused_share() == 0.0
