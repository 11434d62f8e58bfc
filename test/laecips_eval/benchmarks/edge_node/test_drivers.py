import os

import pytest
from laecips_edge.core.bundle.bundle import Bundle
from laecips_eval.benchmarks.edge_node.drivers import Drivers
from laecips_eval.benchmarks.edge_node.process import edge_process
from laecips_eval.benchmarks.edge_node.scene_picture import scene_picture

pytestmark = pytest.mark.system


def test_each_camera_is_answered_and_counted(tiny_bundle: Bundle) -> None:
    names, namespace, before = ["front", "rear"], f"/drivers_{os.getpid()}", dict(os.environ)
    parameters = {"engine": "onnxruntime", "cameras": '["front", "rear"]'}
    with (
        edge_process(tiny_bundle.path, namespace=namespace, **parameters) as process,
        Drivers(names, namespace, scene_picture(tiny_bundle, (96, 128))) as drivers,
    ):
        assert dict(os.environ) == before
        drivers.wait_for_all(process)
        assert (drivers.sent, drivers.answers) == (0, [])
        stamp_ns = drivers.send()
        found = {drivers.spin_to_answer(60), drivers.spin_to_answer(60)}
    assert drivers.sent == 2
    version = tiny_bundle.manifest.version
    assert {answer and answer[:2] for answer in found} == {(name, stamp_ns) for name in names}
    assert {answer and answer.version for answer in found} == {version}
    assert not process.is_running()
