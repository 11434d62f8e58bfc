"""An edge node with several cameras: one engine, and each camera has its own answers."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from edge_robot import Cloud, Robot, of_stamp
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.findings.finding_archive import read_archive
from laecips_edge.core.findings.label_regions import label_regions
from laecips_edge.core.image import image_messages
from laecips_edge.core.image.blanking import Blanking, read_polygon
from laecips_edge.core.inference.segmenter import Segmenter
from processes import Peer, RosProcess, until
from sensor_msgs.msg import CameraInfo

from laecips_msgs.msg import Finding, FindingArray, Segmentation

pytestmark = pytest.mark.system

CAMERAS = ("front", "rear", "top")
ALL_EASY, ALL_HARD = 0.0, 1.0
FLOOD = 20
"""Frames at once: more than f labels in the time until the next look."""

FEW = 4
"""Frames at once that the subscription's queue holds."""


def picture(seed: int) -> np.ndarray:
    blocks = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), np.uint8)
    return blocks.repeat(16, axis=0).repeat(16, axis=1)


SMALLEST = 30
"""Pixels of a finding; regions of pictures of squares of 16 are larger."""

PRIVATE = "0,0 0.5,0 0.5,1 0,1"
"""What nobody may see of the camera `rear`."""

BLANKINGS = {"front": Blanking(), "rear": Blanking([read_polygon(PRIVATE)])}

PICTURES = {camera: picture(seed) for seed, camera in enumerate(CAMERAS)}


@pytest.fixture(scope="module")
def findings_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("findings")


@pytest.fixture(scope="module")
def robots(
    domain: int,
    peer: Peer,
    tiny_bundle: Bundle,
    findings_folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[str, Robot]]:
    """The cameras of one node, by name; "" stands for the node itself."""
    parameters = {
        "bundle": tiny_bundle.path,
        "model_store": tmp_path_factory.mktemp("models"),
        "cameras": json.dumps(CAMERAS),
        "camera_priorities": json.dumps(["rear=2"]),
        "camera_rates": json.dumps(["top=1.0"]),
        "findings.classes": json.dumps(tiny_bundle.manifest.classes),
        "findings.smallest": SMALLEST,
        "findings.confirm": 1,
        "findings.looks": 1,
        "findings.folder": findings_folder,
        "privacy.polygons": json.dumps([f"rear={PRIVATE}"]),
        "audit_rate": 0.0,
        "delta": ALL_EASY,
        "deadline_s": 20.0,
        "first_retry_s": 0.1,
        "longest_retry_s": 0.1,
        "reliability": "reliable",
    }
    with RosProcess("laecips_edge.edge_node", domain, parameters=parameters) as process:
        found = {name: Robot(peer, process, camera=name) for name in (*CAMERAS, "")}
        for name in CAMERAS:
            found[name].wait_until_active()
        yield found
        assert "not answered: " not in process.log()
        assert process.ended() is None


def values(robot: Robot) -> Mapping[str, str]:
    return {pair.key: pair.value for pair in robot.health().values}


def test_each_camera_gets_its_own_answers_though_all_stamps_are_equal(
    robots: dict[str, Robot], tiny_bundle: Bundle
) -> None:
    segmenter = Segmenter(tiny_bundle)
    header = robots["front"].header()
    for name in ("front", "rear"):
        robots[name].send_rgb(PICTURES[name], header)
    for name in ("front", "rear"):
        robot, blanking = robots[name], BLANKINGS[name]
        expected = segmenter.predict(blanking.rgb(PICTURES[name]))
        label_map, confidence_map = blanking.maps(expected.label_map, expected.confidence_map)
        assert robot.answer(header).source == Segmentation.EDGE
        for messages, pixels in [
            (robot.label_maps, label_map),
            (robot.label_maps_now, label_map),
            (robot.confidence_maps, confidence_map),
        ]:
            message = of_stamp(messages, header, robot.process)
            assert np.array_equal(image_messages.to_rgb(message)[..., 0], pixels)
    node = robots["front"].peer.node
    assert node.count_publishers("/edge/label_map") == 0  # nobody's


def test_each_camera_has_its_own_findings(
    robots: dict[str, Robot], tiny_bundle: Bundle, findings_folder: Path
) -> None:
    front, segmenter = robots["front"], Segmenter(tiny_bundle)
    classes = dict(enumerate(tiny_bundle.manifest.classes))
    arrays = {
        name: front.peer.subscribe(FindingArray, f"/edge/{name}/findings") for name in BLANKINGS
    }

    def heard() -> bool:
        for name in BLANKINGS:
            robots[name].answer(robots[name].send_rgb(PICTURES[name]))
        return all(arrays.values())

    until(heard, process=front.process, what="findings of each camera")
    header = front.header()
    for name in BLANKINGS:
        robots[name].send_rgb(PICTURES[name], header)
    seen = []
    for name, blanking in BLANKINGS.items():
        expected = segmenter.predict(blanking.rgb(PICTURES[name]))
        label_map, _ = blanking.maps(expected.label_map, expected.confidence_map)
        regions, left_out = label_regions(label_map, None, classes, smallest=SMALLEST, most=32)
        message = of_stamp(arrays[name], header, front.process)
        shown = [it for it in message.findings if it.state != Finding.CLOSED]
        assert sorted((it.class_name, box_of(it)) for it in shown) == sorted(
            (classes[it.label], it.box) for it in regions
        )
        assert (len(shown), message.left_out) == (len(regions), left_out)
        seen.append([it.box for it in regions])

        def kept(name: str = name, shown: list[Finding] = shown) -> bool:
            """The log of this camera alone has them."""
            logged = {it.finding.id: it for it in read_archive(findings_folder / name).findings}
            return all(it.id in logged for it in shown)

        until(kept, process=front.process, what="the log of a camera")
    assert seen[0] != seen[1]
    assert front.peer.node.count_publishers("/edge/findings") == 0  # nobody's
    with pytest.raises(ValueError, match="is of several cameras: name the folder of one, front, "):
        read_archive(findings_folder)


def box_of(finding: Finding) -> tuple[int, int, int, int]:
    box = finding.box
    return box.x_offset, box.y_offset, box.width, box.height


def test_each_camera_has_its_own_calibration(robots: dict[str, Robot]) -> None:
    front, rear, peer = robots["front"], robots["rear"], robots["front"].peer
    beside = {
        name: peer.subscribe(CameraInfo, f"/edge/{name}/camera_info") for name in ("front", "rear")
    }
    camera = peer.publisher(CameraInfo, "/front/camera_info")

    def told() -> bool:
        camera.publish(CameraInfo(height=96, width=128, k=[9.0, 0, 6, 0, 9, 4, 0, 0, 1]))
        front.answer(front.send_rgb(PICTURES["front"]))
        return bool(beside["front"])

    until(told, process=front.process)
    rear.answer(rear.send_rgb(PICTURES["rear"]))
    assert not beside["rear"]


def test_the_cloud_can_tell_cameras_apart(domain: int, robots: dict[str, Robot]) -> None:
    front, rear = robots["front"], robots["rear"]
    front.set(delta=ALL_HARD)
    with Cloud(domain) as cloud:
        until(lambda: reached(front), process=front.process, what="an answer of the cloud")
        cloud.requests.clear()
        cloud.gate.clear()
        header = front.header()
        front.send_rgb(PICTURES["front"], header)
        rear.send_rgb(PICTURES["rear"], header)
        until(lambda: cloud.requests, process=front.process)
        cloud.gate.set()
        for robot in (front, rear):
            assert robot.answer(header).source == Segmentation.CLOUD
    ids = sorted(request.request_id.rpartition("/")[2] for request in cloud.requests)
    assert [each.partition(":")[0] for each in ids] == ["front", "rear"]
    assert len({request.request_id.rpartition("/")[0] for request in cloud.requests}) == 1
    front.set(delta=ALL_EASY)


def reached(robot: Robot) -> bool:
    answer = robot.answer(robot.send_rgb(picture(9)))
    return bool(answer.source == Segmentation.CLOUD)


def test_a_camera_that_floods_takes_nothing_from_another(robots: dict[str, Robot]) -> None:
    front, rear = robots["front"], robots["rear"]
    before = rear.settled()

    def answered(header: Any) -> bool:
        for _ in range(FLOOD):
            front.send_rgb(PICTURES["front"])
        return any(each.header == header for each in rear.segmentations)

    for _ in range(5):
        header = rear.send_rgb(PICTURES["rear"], front.header())
        until(lambda header=header: answered(header), process=rear.process)
    after, flooded = rear.settled(), front.settled()
    assert after.received - before.received == after.edge - before.edge == 5
    assert after.superseded == before.superseded
    assert flooded.superseded > 0
    assert flooded.received == flooded.edge + flooded.cloud + fallbacks(flooded) + (
        flooded.superseded
    )


def fallbacks(status: Any) -> int:
    return int(status.fallback_overload + status.fallback_deadline + status.fallback_offline)


def test_a_camera_beyond_its_rate_is_not_called_lossy(robots: dict[str, Robot]) -> None:
    top = robots["top"]
    before, seen = top.settled().received, int(values(top)["skipped"])
    for _ in range(FEW):
        top.send_rgb(PICTURES["top"])

    def all_counted() -> bool:
        counted = values(top)
        skipped = int(counted["skipped"]) - seen
        return skipped > 0 and int(counted["received"]) - before + skipped == FEW

    until(all_counted, process=top.process, what="frames taken and skipped")
    assert float(values(top)["input_lost"]) == 0.0


def test_each_camera_has_a_status_and_the_node_their_sum(robots: dict[str, Robot]) -> None:
    node = robots[""]
    statuses = {name: robots[name].settled() for name in CAMERAS}
    whole = node.settled()
    for field in ("received", "edge", "cloud", "superseded", "sent", "bytes_up"):
        assert getattr(whole, field) == sum(getattr(each, field) for each in statuses.values())
    assert whole.state == statuses["rear"].state == "active"
    assert robots["rear"].health().hardware_id == node.health().hardware_id
    assert "skipped" not in values(node)


def test_the_log_says_which_camera_is_meant(robots: dict[str, Robot]) -> None:
    rear = robots["rear"]
    rear.send(height=2, width=2, encoding="yuv9000", step=2, data=b"1234")
    until(lambda: "rear: image not used: " in rear.process.log(), process=rear.process)
    until(lambda: "image not used" in rear.health().message, process=rear.process)
    assert "image not used" not in robots["front"].health().message
    assert "image not used" not in robots[""].health().message
