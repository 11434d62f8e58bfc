from types import SimpleNamespace
from typing import Any

import numpy as np
from laecips_edge.core.bundle.bundle import Bundle
from laecips_eval.benchmarks.edge_node.scene_picture import scene_picture


def test_it_is_an_agreement_frame_at_any_size(tiny_bundle: Bundle) -> None:
    frame = tiny_bundle.agreement()[0].rgb
    np.testing.assert_array_equal(scene_picture(tiny_bundle, frame.shape[:2]), frame)
    larger = scene_picture(tiny_bundle, (270, 480))
    assert (larger.shape, larger.dtype) == ((270, 480, 3), np.uint8)
    assert larger.std() > 10


def test_without_one_it_is_grey() -> None:
    bundle: Any = SimpleNamespace(agreement=list)
    assert (scene_picture(bundle, (3, 4)) == 128).all()
