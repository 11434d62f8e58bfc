"""What the cloud's log tells once."""

from laecips_cloud.hard_frames.counters import UNKEPT
from laecips_cloud.hard_frames.log_news import KeepingWatch
from laecips_edge.core.frame.health.health import Level
from laecips_edge.core.link.hard_frame import AnswerStatus, HardFrameAnswer


def test_a_full_disk_is_told_once_and_so_is_its_end() -> None:
    watch = KeepingWatch()
    kept = HardFrameAnswer(status=AnswerStatus.OK)
    unkept = HardFrameAnswer(status=AnswerStatus.OK, unkept="the disk is full")
    refused = HardFrameAnswer(status=AnswerStatus.BAD_REQUEST, message="image: truncated")
    repeated = HardFrameAnswer(status=AnswerStatus.OK, repeated=True)
    assert watch.news(kept) is None
    assert watch.news(unkept) == (Level.ERROR, f"the disk is full; {UNKEPT}")
    for answer in (unkept, refused, repeated, unkept):
        assert watch.news(answer) is None
    assert watch.news(kept) == (Level.OK, "frames are kept again; 3 answered ones were not")
    assert watch.news(kept) is None
