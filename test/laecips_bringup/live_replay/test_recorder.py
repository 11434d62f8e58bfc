"""The runner's memory, fed with rclpy's own bytes."""

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from laecips_bringup.graph import graph
from laecips_bringup.live_replay.feeds import Kind, feeds
from laecips_bringup.live_replay.learning import Learning
from laecips_bringup.live_replay.recorder import Recorder
from laecips_eval.bags.result_bag import ResultBag, message_types
from laecips_eval.scoring.frame_gallery import Gallery
from laecips_eval.scoring.scoreboard import Scoreboard
from laecips_eval.scoring.updates import Swap
from processes import until
from rclpy.serialization import serialize_message
from rosbags.rosbag2 import Reader
from sensor_msgs.msg import CompressedImage, Image

from laecips_msgs.msg import (
    BridgeStatus,
    CloudStatus,
    EdgeStatus,
    FindingArray,
    ModelReport,
    PlayedFrame,
    Segmentation,
    TrainerStatus,
)

FEEDS = {
    feed.kind: feed
    for feed in feeds(
        edge=graph.edge(),
        cloud=graph.cloud(),
        player=graph.player(bag="b"),
        trainer=graph.trainer(),
        bridge=graph.bridge(),
    )
}
TRUTH = {7: np.array([[0, 1]], np.uint8)}
MS = 10**6


def stamped(message: Any, stamp_ns: int = 7) -> Any:
    message.header.stamp.nanosec = stamp_ns
    return message


def label_map(*values: int, encoding: str = "mono8") -> Image:
    image = Image(height=1, width=len(values), step=len(values), encoding=encoding)
    image.data = bytes(values)
    return stamped(image)


def tell(recorder: Recorder, kind: Kind, message: Any, received_ns: int = 0) -> None:
    recorder.take(FEEDS[kind], serialize_message(message), received_ns)


def record(
    news: Callable[[Recorder], None],
    *,
    gallery: Gallery | None = None,
    result: ResultBag | None = None,
    rate: float = 1.0,
    on_first_played: Callable[[], None] = lambda: None,
) -> Recorder:
    with Recorder(
        scoreboard=Scoreboard(classes=("a", "b")),
        truth=TRUTH,
        gallery=gallery or Gallery(),
        result=result,
        on_first_played=on_first_played,
    ) as recorder:
        recorder.start(list(FEEDS.values()), rate=rate)
        news(recorder)
    return recorder


def a_run(recorder: Recorder) -> None:
    tell(recorder, Kind.EDGE_STATUS, EdgeStatus(state="active"), 1 * MS)
    played = stamped(PlayedFrame(index=0, total=1, monotonic_ns=100 * MS))
    tell(recorder, Kind.PLAYED, played, 101 * MS)
    tell(recorder, Kind.LABEL_MAP_NOW, label_map(0, 0), 120 * MS)
    tell(recorder, Kind.LABEL_MAP, label_map(0, 1), 130 * MS)
    tell(recorder, Kind.OVERLAY, stamped(CompressedImage(format="jpeg", data=b"x")), 131 * MS)
    segmentation = stamped(Segmentation(source=Segmentation.CLOUD, hard=True, bytes_up=10))
    tell(recorder, Kind.SEGMENTATION, segmentation, 132 * MS)
    tell(recorder, Kind.FINDINGS, stamped(FindingArray()), 133 * MS)
    tell(recorder, Kind.EDGE_STATUS, EdgeStatus(received=1, sent=1, bytes_up=10), 140 * MS)
    tell(recorder, Kind.CLOUD_STATUS, CloudStatus(state="active"), 141 * MS)


def test_the_score_of_a_run() -> None:
    recorder = record(a_run)
    measured = recorder.measured()
    assert dict(measured.answered) == {"edge": 0, "cloud": 1, "edge_fallback": 0}
    assert measured.latency_ms.cloud.p50 == pytest.approx(30.0)
    assert measured.miou.published.dataset == 1.0
    assert measured.miou.edge_only.dataset == pytest.approx(0.25)
    assert recorder.last_played is not None
    assert recorder.last_played.total == 1
    assert recorder.states == {"edge": "", "cloud": "active", "trainer": "", "bridge": ""}
    assert recorder.problems() == []
    assert len(recorder.rows()) == 1


@pytest.mark.parametrize("rate", [1.0, 2.0])
def test_the_result_bag_is_on_the_bags_clock(tmp_path: Path, rate: float) -> None:
    path = tmp_path / "result.mcap"
    record(a_run, result=ResultBag(path), rate=rate)
    types = message_types()
    with Reader(path) as reader:
        found = {c.topic: (stamp, data) for c, stamp, data in reader.messages()}
        counts = {c.topic: c.msgcount for c in reader.connections}
    # Only what came after the first picture, and neither the notes of the player nor f's own map.
    assert counts == {
        "/edge/segmentation": 1,
        "/edge/label_map": 1,
        "/edge/status": 1,
        "/cloud/status": 1,
        "/edge/overlay/compressed": 1,
        "/edge/findings": 1,
        "/trainer/status": 0,
        "/model_report": 0,
        "/bridge/status": 0,
    }
    assert found["/edge/label_map"][0] == 7 + 30 * MS * rate
    message = types.deserialize_cdr(found["/edge/label_map"][1], "sensor_msgs/msg/Image")
    assert message.data.tolist() == [0, 1]


def test_a_run_without_a_picture_leaves_the_last_result_bag(tmp_path: Path) -> None:
    path = tmp_path / "result.mcap"
    path.write_bytes(b"the last run's")
    status = EdgeStatus(state="active")
    record(lambda recorder: tell(recorder, Kind.EDGE_STATUS, status), result=ResultBag(path))
    assert path.read_bytes() == b"the last run's"
    assert list(tmp_path.iterdir()) == [path]


def test_the_first_picture_is_told_once() -> None:
    told: list[int] = []

    def news(recorder: Recorder) -> None:
        tell(recorder, Kind.EDGE_STATUS, EdgeStatus(state="active"))
        for index in range(2):
            tell(recorder, Kind.PLAYED, stamped(PlayedFrame(index=index, total=2), index))

    record(news, on_first_played=lambda: told.append(1))
    assert told == [1]


def test_an_answer_that_overtakes_the_note_of_its_picture_is_in_the_result_bag(
    tmp_path: Path,
) -> None:
    def news(recorder: Recorder) -> None:
        tell(recorder, Kind.LABEL_MAP, label_map(0, 1), 130 * MS)
        played = stamped(PlayedFrame(index=0, total=1, monotonic_ns=100 * MS))
        tell(recorder, Kind.PLAYED, played, 131 * MS)

    path = tmp_path / "result.mcap"
    record(news, result=ResultBag(path))
    with Reader(path) as reader:
        found = [(connection.topic, stamp) for connection, stamp, _ in reader.messages()]
    assert found == [("/edge/label_map", 7 + 30 * MS)]


def test_what_is_wrong_with_one_message_is_said_once_and_the_run_goes_on() -> None:
    def news(recorder: Recorder) -> None:
        for _ in range(2):
            tell(recorder, Kind.LABEL_MAP, label_map(0, 1, 2, encoding="rgb8"))
        recorder.take(FEEDS[Kind.SEGMENTATION], b"garbage", 0)
        tell(recorder, Kind.LABEL_MAP_NOW, label_map(0, 1, 0))  # not of the truth's size
        a_run(recorder)

    recorder = record(news)
    assert recorder.measured().answered.cloud == 1
    first, second, third = recorder.problems()
    assert first.startswith("/edge/label_map: a label map of 3 x 1 with encoding 'rgb8'")
    assert second.startswith("/edge/segmentation: ")
    assert "label map [1, 3] against truth [1, 2]" in third


def test_a_hard_frame_gets_into_the_gallery_an_easy_one_does_not() -> None:
    def news(recorder: Recorder) -> None:
        a_run(recorder)
        tell(recorder, Kind.PLAYED, stamped(PlayedFrame(index=1, total=2), 8), 200 * MS)
        for kind in (Kind.LABEL_MAP_NOW, Kind.LABEL_MAP):
            tell(recorder, kind, stamped(label_map(1, 1), 8), 210 * MS)
        tell(recorder, Kind.SEGMENTATION, stamped(Segmentation(), 8), 211 * MS)

    gallery = Gallery()
    record(news, gallery=gallery)
    (frame,) = gallery.chosen()
    assert (frame.index, frame.stamp_ns) == (0, 7)
    assert (frame.now.tolist(), frame.published.tolist()) == ([[0, 0]], [[0, 1]])


def test_what_is_learnt_is_told() -> None:
    status = TrainerStatus(
        state="active", activity="f: 20 of 90 steps", promoted=2, refused=1, rolled_back=1
    )
    swapped = ModelReport(version=2, transfer_s=0.5, bytes=900, swap_ms=3.0, frames_lost=1)
    back = ModelReport(version=2, outcome=ModelReport.ROLLED_BACK, reason="too slow")

    def news(recorder: Recorder) -> None:
        assert str(recorder.learning()) == ""
        tell(recorder, Kind.TRAINER_STATUS, status)
        tell(recorder, Kind.SEGMENTATION, stamped(Segmentation(bundle_version=3)))
        tell(recorder, Kind.MODEL_REPORT, swapped)
        tell(recorder, Kind.MODEL_REPORT, ModelReport(version=3, outcome=9))
        tell(recorder, Kind.MODEL_REPORT, back)

    recorder = record(news)
    assert recorder.states["trainer"] == "active"
    assert recorder.learning() == Learning(
        running=3, activity="f: 20 of 90 steps", promoted=2, refused=1, rolled_back=1
    )
    assert recorder.swaps == [
        Swap(version=2, outcome="swapped", transfer_s=0.5, bytes=900, swap_ms=3.0, frames_lost=1),
        Swap(
            version=2,
            outcome="rolled back",
            reason="too slow",
            transfer_s=0.0,
            bytes=0,
            swap_ms=0.0,
            frames_lost=0,
        ),
    ]
    assert recorder.problems() == ["/model_report: outcome 9 is unknown"]


def test_what_a_bridge_says() -> None:
    def news(recorder: Recorder) -> None:
        for status, state in (
            (BridgeStatus(state="active", trouble="no route"), "without a gateway"),
            (BridgeStatus(state="active"), "without a gateway"),
            (BridgeStatus(state="active", address="h:1", model_bytes_down=900), "active"),
        ):
            tell(recorder, Kind.BRIDGE_STATUS, status, 1 * MS)
            until(lambda state=state: recorder.states["bridge"] == state)
        tell(recorder, Kind.CLOUD_STATUS, CloudStatus(state="active", masks_ms=5.0), 3 * MS)

    recorder = record(news)
    assert (recorder.model_bytes, recorder.taught_bytes, recorder.cloud_ms) == (900, 0, 5.0)


def test_the_trainers_words_are_in_the_result_bag_from_the_first_picture_on(
    tmp_path: Path,
) -> None:
    def news(recorder: Recorder) -> None:
        tell(recorder, Kind.TRAINER_STATUS, TrainerStatus(state="active"), 1 * MS)
        tell(recorder, Kind.MODEL_REPORT, ModelReport(version=2), 2 * MS)
        a_run(recorder)
        tell(recorder, Kind.TRAINER_STATUS, TrainerStatus(state="active"), 150 * MS)
        tell(recorder, Kind.MODEL_REPORT, ModelReport(version=3), 151 * MS)

    path = tmp_path / "result.mcap"
    record(news, result=ResultBag(path))
    with Reader(path) as reader:
        counts = {c.topic: c.msgcount for c in reader.connections}
    assert (counts["/trainer/status"], counts["/model_report"]) == (1, 1)


class FullDisk(ResultBag):
    """A result bag on a disk that is full."""

    def write(self, topic: str, stamp_ns: int, cdr: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")


def an_answer_overtakes(recorder: Recorder) -> None:
    tell(recorder, Kind.LABEL_MAP, label_map(0, 1), 99 * MS)
    a_run(recorder)


@pytest.mark.parametrize("news", [a_run, an_answer_overtakes])
def test_a_full_disk_costs_the_result_bag_and_nothing_else(
    tmp_path: Path, news: Callable[[Recorder], None]
) -> None:
    recorder = record(news, result=FullDisk(tmp_path / "result.mcap"))
    assert recorder.measured().answered.cloud == 1
    (problem,) = recorder.problems()
    assert "the result bag cannot be written" in problem
    assert "No space left" in problem
    assert list(tmp_path.iterdir()) == []
