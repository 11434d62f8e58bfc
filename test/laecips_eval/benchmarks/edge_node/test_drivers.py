import os

import pytest
from laecips_edge.core.bundle.bundle import Bundle
from laecips_eval.benchmarks.edge_node.drivers import driven_node
from laecips_eval.benchmarks.edge_node.scene_picture import scene_picture

pytestmark = pytest.mark.system


def test_each_camera_is_answered_and_counted(tiny_bundle: Bundle) -> None:
    names, before = ["front", "rear"], dict(os.environ)
    picture = scene_picture(tiny_bundle, (96, 128))
    with driven_node(tiny_bundle.path, picture, cameras=names, engine="onnxruntime") as (
        process,
        drivers,
    ):
        assert dict(os.environ) == before
        assert (drivers.sent, drivers.answers) == (0, [])
        stamp_ns = drivers.send()
        found = {drivers.spin_to_answer(60), drivers.spin_to_answer(60)}
    assert drivers.sent == 2
    version = tiny_bundle.manifest.version
    assert {answer and answer[:2] for answer in found} == {(name, stamp_ns) for name in names}
    assert {answer and answer.version for answer in found} == {version}
    assert not process.is_running()
