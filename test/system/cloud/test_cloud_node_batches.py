"""Requests of several robots at once: they share runs of the network, and all are answered."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import pytest
from cloud_robot import Asker, Response, cloud_process, kept
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.image import image_messages
from laecips_edge.core.link import wire
from onnx import TensorProto, helper, numpy_helper
from processes import Peer, until

pytestmark = pytest.mark.system

SHAPE = (90, 140)
CLASSES = 4
ROBOTS = 6
BATCH = 4

TABLE = """
outputs: [r, g, b]
classes: {belt: [r], part: [g], screw: [b], scratch: [], unknown: []}
input: {mean: [0, 0, 0], std: [1, 1, 1]}
"""


def pictures() -> list[bytes]:
    """One of its own for each robot."""
    blocks = np.random.default_rng(3).integers(0, 256, (ROBOTS, 6, 7, 3), np.uint8)
    return [image_messages.encode_jpeg(b.repeat(15, axis=0).repeat(20, axis=1), 90) for b in blocks]


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Slow for its size: so many robots have asked before it is through with the first."""
    folder = tmp_path_factory.mktemp("network")
    colours = numpy_helper.from_array(np.eye(3, dtype=np.float32).reshape(3, 3, 1, 1) * 10, "w")
    blur = numpy_helper.from_array(np.full((3, 1, 21, 21), 1 / 441, np.float32), "blur")
    nodes = [
        helper.make_node("Conv", ["rgb", "w"], ["conv"]),
        helper.make_node("Conv", ["conv", "blur"], ["scores"], group=3, pads=[10] * 4),
    ]
    graph = helper.make_graph(
        nodes,
        "network",
        [helper.make_tensor_value_info("rgb", TensorProto.FLOAT, (1, 3, 360, 560))],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, None)],
        [colours, blur],
    )
    opset = helper.make_opsetid("", 17)
    onnx.save(
        helper.make_model(graph, opset_imports=[opset], ir_version=8), folder / "network.onnx"
    )
    (folder / "classes.yaml").write_text(TABLE, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def buffer_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cloud") / "replay.sqlite"


@pytest.fixture(scope="module")
def cloud(
    domain: int, peer: Peer, tiny_bundle: Bundle, network: Path, buffer_path: Path
) -> Iterator[Asker]:
    with cloud_process(
        domain,
        bundles=[tiny_bundle.path],
        buffer_path=buffer_path,
        mask_generator="none",
        class_scorer="onnx",
        scorer_options=[f"model={network}"],
        max_batch=BATCH,
        batch_window_ms=200.0,
    ) as process:
        asker = Asker(peer, process, pictures()[0], classes_hash=tiny_bundle.manifest.classes_hash)
        asker.wait_until("active")
        yield asker


def ask_all(cloud: Asker, tag: str) -> list[Response]:
    """The answers to one request of each robot, all of them on their way at once."""
    futures = [
        cloud.send(
            cloud.request(request_id=f"{tag}/{number}", robot=f"robot{number}", picture=picture)
        )
        for number, picture in enumerate(pictures())
    ]
    until(lambda: all(future.done() for future in futures), process=cloud.process, what=tag)
    return [future.result() for future in futures]


def test_robots_share_runs_and_get_what_they_would_get_alone(
    cloud: Asker, buffer_path: Path
) -> None:
    assert f"batches of up to {BATCH}" in cloud.process.log()
    assert cloud.ask().status == Response.OK
    responses = ask_all(cloud, "together")
    assert [response.status for response in responses] == [Response.OK] * ROBOTS
    assert kept(buffer_path) == ROBOTS + 1
    for number, (picture, together) in enumerate(zip(pictures(), responses, strict=True)):
        alone = cloud.ask(request_id=f"alone/{number}", picture=picture)
        maps = [
            wire.decode_label_map(response.label_map.data, SHAPE, CLASSES)
            for response in (together, alone)
        ]
        assert np.array_equal(*maps)


def test_an_operator_sees_it(cloud: Asker) -> None:
    ask_all(cloud, "seen")
    until(lambda: cloud.statuses[-1].batch > 1, process=cloud.process, what="a mean batch above 1")
    assert cloud.statuses[-1].batch <= BATCH
    until(lambda: cloud.statuses[-1].wait_ms > 0, process=cloud.process, what="a time of waiting")


def test_cleaning_up_waits_for_what_is_under_way(cloud: Asker, peer: Peer) -> None:
    """An answer that found its service gone would end the process."""
    futures = [
        cloud.send(cloud.request(request_id=f"last/{number}", picture=picture))
        for number, picture in enumerate(pictures())
    ]
    until(lambda: any(future.done() for future in futures), process=cloud.process)
    assert peer.change_state("/cloud", "deactivate")
    assert peer.change_state("/cloud", "cleanup")
    assert peer.state("/cloud") == "unconfigured"
    for response in (future.result() for future in futures if future.done()):
        assert response.status in (Response.OK, Response.UNAVAILABLE)
    assert peer.change_state("/cloud", "configure")
    assert peer.change_state("/cloud", "activate")
    assert cloud.ask().status == Response.OK
    assert cloud.process.ended() is None
