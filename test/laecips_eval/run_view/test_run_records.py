"""A run as a stream of records."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest
from finished_replay import BY_CLOUD, FRAMES, FinishedReplay
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.frame.edge_settings import EdgeSettings
from laecips_edge.core.image.codecs import decode_rgb, encode_jpeg, encode_png
from laecips_edge.core.image.image_messages import image_fields
from laecips_edge.ros.messages.headers import header_of
from laecips_eval.bags import BagError, BagWriter, Legend, Segment, open_bag
from laecips_eval.bags.pictures import BagFrame, RawPicture
from laecips_eval.bags.result_bag import ResultBag
from laecips_eval.reports.report import read_report
from laecips_eval.run_view.opened_run import OpenedRun, open_run
from laecips_eval.run_view.records import (
    Absent,
    Boxes,
    Curves,
    Labels,
    Lane,
    Note,
    Photo,
    Record,
    Sight,
    State,
    Summary,
)
from laecips_eval.run_view.run_records import FrameChoice, RunRecords
from laecips_eval.scoring.frame_log import FrameRow, checksum
from made_bundles import hollow
from rclpy.serialization import serialize_message
from sensor_msgs.msg import Image

from laecips_msgs.msg import FindingArray, ModelReport

Kind = TypeVar("Kind", bound=Record)

A_REPORT = Path(__file__).parents[1] / "reports/learned_run.json"
SIZE = (8, 16)
LEGEND = Legend(
    classes=("belt", "part"),
    palette=((0, 0, 0), (255, 0, 0)),
    segments=(Segment("day", 0, 2), Segment("dusk", 2, 5)),
    disturbances=(Segment("glare", 1, 2),),
)
ROWS: tuple[dict[str, Any], ...] = (
    {"source": "edge", "trust": 0.9, "delta": 0.5, "version": 1, "latency_ms": 20.0},
    {"source": "cloud", "trust": 0.4, "delta": 0.5, "version": 9, "iou": 0.8},
    {"source": "edge_fallback", "reason": "offline", "version": 1},
    {},  # no answer
)
"""Frame 4 was never played."""


def label_map(frame: int) -> np.ndarray:
    pixels = np.zeros(SIZE, np.uint8)
    pixels[:, : frame + 1] = 1
    return pixels


def write_bag(path: Path) -> list[int]:
    """Five frames; 2 has no truth, 3 no whole picture. Return their stamps."""
    stamps = []
    with BagWriter(path, legend=LEGEND, rate_hz=10) as writer:
        for frame in range(5):
            picture = encode_jpeg(np.full((*SIZE, 3), 40 * frame, np.uint8), 90)
            truth = None if frame == 2 else encode_png(label_map(frame))
            stamps.append(writer.add(picture[:200] if frame == 3 else picture, truth))
    return stamps


def write_result(path: Path, stamps: list[int], *, encoding: str = "mono8") -> None:
    """The answer to frame 1 comes 150 ms after its picture, the others after 10 ms."""
    with ResultBag(path) as result:
        result.add_topic("/edge/label_map", "sensor_msgs/msg/Image")
        result.add_topic("/edge/label_map_now", "sensor_msgs/msg/Image")
        result.add_topic("/edge/findings", "laecips_msgs/msg/FindingArray")
        result.add_topic("/model_report", "laecips_msgs/msg/ModelReport")
        for frame, after_ms in ((0, 10), (2, 10), (1, 150)):
            fields = image_fields(label_map(frame), "mono8") | {"encoding": encoding}
            header = header_of(stamps[frame], "camera")
            image = serialize_message(Image(header=header, **fields))
            received = stamps[frame] + after_ms * 10**6
            result.write("/edge/label_map", received, image)
            result.write("/edge/label_map_now", received, image)
            found = serialize_message(FindingArray(header=header))
            result.write("/edge/findings", received, found)
        swapped = ModelReport(version=2, reason="")
        result.write("/model_report", stamps[1] + 1, serialize_message(swapped))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> OpenedRun:
    folder = tmp_path_factory.mktemp("run")
    stamps = write_bag(folder / "bag")
    write_result(folder / "result.mcap", stamps)
    rows = [
        FrameRow(stamp_ns=stamp, index=index, **row)
        for index, (stamp, row) in enumerate(zip(stamps, ROWS, strict=False))
    ]
    report = read_report(A_REPORT)
    report.setup.parameters["edge"] = EdgeSettings().as_parameters()
    return OpenedRun(
        report=report,
        rows={row.stamp_ns: row for row in rows},
        bag=open_bag(folder / "bag"),
        result=folder / "result.mcap",
        bundle=hollow(folder / "bundle"),
        versions=folder / "versions",
    )


@pytest.fixture(scope="module")
def records(run: OpenedRun) -> list[Record]:
    return list(RunRecords(run))


def of(records: Iterable[Record], kind: type[Kind]) -> list[Kind]:
    return [it for it in records if isinstance(it, kind)]


def frames_of(
    records: list[Record], kind: type[Labels | Absent | Photo], sight: Sight
) -> list[int]:
    return [it.at.frame for it in of(records, kind) if it.sight is sight]


def test_records_come_as_they_did_in_the_run(run: OpenedRun, records: list[Record]) -> None:
    seen = [(type(it).__name__, it.at.frame) for it in records if isinstance(it, Photo | Boxes)]
    # The cloud's answer to frame 1 comes after f's to frame 2; frame 3 has no whole picture.
    assert seen == [
        *(("Photo", 0), ("Boxes", 0), ("Photo", 1), ("Photo", 2)),
        *(("Boxes", 2), ("Boxes", 1), ("Boxes", 3)),
    ]
    assert {it.at.frame for it in records} == {0, 1, 2, 3}
    stamps = {it.at.frame: it.at.stamp_ns for it in records if not isinstance(it, Note)}
    assert list(stamps) == [0, 1, 2, 3]
    assert list(stamps.values()) == sorted(run.rows)


def test_label_maps_are_those_that_were_published(records: list[Record]) -> None:
    for sight, frames in (
        (Sight.PUBLISHED, {0, 1, 2}),
        (Sight.F, {0, 2}),
        (Sight.TRUTH, {0, 1, 3}),
    ):
        found = [it for it in of(records, Labels) if it.sight is sight]
        assert {it.at.frame for it in found} == frames
        for it in found:
            np.testing.assert_array_equal(it.label_map, label_map(it.at.frame))


def test_what_a_frame_does_not_have_is_said(records: list[Record]) -> None:
    assert frames_of(records, Absent, Sight.CAMERA) == [3]
    assert frames_of(records, Absent, Sight.TRUTH) == [2]
    assert frames_of(records, Absent, Sight.PUBLISHED) == [3]
    assert frames_of(records, Absent, Sight.F) == [1, 3]  # version 9 is gone; no answer


def test_a_version_that_is_gone_is_a_line(records: list[Record]) -> None:
    notes = [it for it in of(records, Note) if it.warns]
    assert [it.at.frame for it in notes] == [1]
    assert "000009 is missing" in notes[0].text


def test_an_update_has_the_frame_before_it(run: OpenedRun, records: list[Record]) -> None:
    (note,) = [it for it in of(records, Note) if "swapped" in it.text]
    assert (note.at.frame, note.at.stamp_ns) == (1, sorted(run.rows)[1] + 1)


def test_lanes_change_where_their_state_does(records: list[Record]) -> None:
    states = of(records, State)
    by_lane = {lane: [(it.at.frame, it.state) for it in states if it.lane is lane] for lane in Lane}
    assert by_lane == {
        Lane.DECISION: [(0, "easy"), (1, "hard"), (2, "fallback"), (3, "no answer")],
        Lane.VERSION: [(0, "version 1"), (1, "version 9"), (2, "version 1"), (3, None)],
        Lane.SEGMENT: [(0, "day"), (2, "dusk")],
        Lane.DISTURBANCE: [(1, "glare"), (2, None)],
    }


def test_each_frame_has_its_values_and_its_text(records: list[Record]) -> None:
    curves = {it.at.frame: it.values for it in of(records, Curves)}
    assert curves[0] == {"trust/trust": 0.9, "trust/delta": 0.5, "latency/ms": 20.0}
    assert curves[3] == {}
    texts = {it.at.frame: it.text for it in of(records, Summary)}
    assert texts[1].startswith("**frame 1: hard, answered by the cloud**")
    assert texts[1].endswith("day, glare")


def test_raw_pictures_become_jpeg(run: OpenedRun, tmp_path: Path) -> None:
    stamp, rgb = min(run.rows), np.full((*SIZE, 3), (200, 40, 90), np.uint8)
    fields = image_fields(rgb, "rgb8")
    raw = RawPicture(**fields | {"data": fields["data"].tobytes()})
    with BagWriter(tmp_path / "bag", legend=LEGEND, rate_hz=10, raw=True) as writer:
        writer.copy(BagFrame(stamp, "camera", raw), None)
    records = RunRecords(replace(run, bag=open_bag(tmp_path / "bag")))
    (photo,) = of(records, Photo)
    assert np.abs(decode_rgb(photo.jpeg).astype(int) - rgb).max() <= 4


@pytest.mark.parametrize(
    ("choice", "frames"),
    [
        (FrameChoice(first=1), [1, 2, 3]),
        (FrameChoice(last=1), [0, 1]),
        (FrameChoice(every=2), [0, 2]),
        (FrameChoice(first=1, last=3, every=2), [1, 3]),
        (FrameChoice(first=4), []),
    ],
    ids=["first", "last", "every", "all", "none"],
)
def test_a_part_of_a_run(run: OpenedRun, choice: FrameChoice, frames: list[int]) -> None:
    made = RunRecords(run, choice)
    records = list(made)
    assert [it.at.frame for it in of(records, Curves)] == frames
    assert made.shown == len(frames)
    assert {it.at.frame for it in of(records, Labels)} <= set(frames)


@pytest.mark.parametrize(
    "numbers",
    [{"first": -1}, {"every": 0}, {"first": 3, "last": 2}],
    ids=["first", "every", "last"],
)
def test_impossible_parts_are_refused(numbers: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="count from 0"):
        FrameChoice(**numbers)


def test_f_is_left_out_where_it_is_not_wanted(run: OpenedRun) -> None:
    made = RunRecords(run, FrameChoice(f=False))
    assert made.sights == {Sight.CAMERA, Sight.PUBLISHED, Sight.TRUTH}
    assert not frames_of(list(made), Labels, Sight.F)
    assert made.run_again == 0


def test_what_is_no_label_map_is_one_line(run: OpenedRun, tmp_path: Path) -> None:
    write_result(tmp_path / "result.mcap", sorted(run.rows), encoding="rgb8")
    other = replace(run, result=tmp_path / "result.mcap")
    with pytest.raises(BagError, match=r"/edge/label_map at \d+ is rgb8, must be mono8: replay"):
        list(RunRecords(other))


def test_f_runs_again_where_the_cloud_answered(tmp_path: Path, tiny_bundle: Bundle) -> None:
    replay = FinishedReplay(tmp_path, tiny_bundle)
    made = RunRecords(open_run(tmp_path), FrameChoice(confidence=True))
    own = {it.at.stamp_ns: it for it in made if isinstance(it, Labels) and it.sight is Sight.F}
    assert len(own) == FRAMES
    for row in replay.rows:
        assert checksum(own[row.stamp_ns].label_map) == row.checksum_now
    assert (made.shown, made.run_again, made.differing) == (FRAMES, FRAMES, 0)
    again = RunRecords(open_run(tmp_path))
    assert frames_of(list(again), Photo, Sight.CONFIDENCE) == []
    assert again.run_again == len(BY_CLOUD)
