"""Bundles over the same frames; the tiny bundle and a copy that names one class alone."""

from pathlib import Path

import numpy as np
import pytest
from laecips_cloud.metrics import ConfusionMatrix
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.inference.segmenter import Segmenter
from laecips_eval.datasets.streams import StreamFrame
from laecips_eval.experiments.edge_networks.measure import measure
from made_bundles import one_class, size, variant
from trainer_robot import ColourFrames


def test_each_bundle_gets_its_own_figures(tiny_bundle: Bundle, tmp_path: Path) -> None:
    other = variant(tiny_bundle, tmp_path / "2", 2, weights_f=one_class(tiny_bundle, 1))
    held_out = list(ColourFrames(3, seed=5))
    drive = [
        StreamFrame(name, frame.image, frame.label)
        for name, frame in zip(("day", "day", "dusk"), ColourFrames(3, seed=6), strict=True)
    ]
    steps: list[None] = []
    one, two = measure(
        [tiny_bundle, other], held_out, drive, repeats=1, progress=lambda: steps.append(None)
    )
    assert len(steps) == 2 * len(held_out) + len(drive)
    assert one.bundle is tiny_bundle
    assert list(one.drive) == ["day", "dusk"]
    segmenter, matrix = Segmenter(tiny_bundle), ConfusionMatrix(4)
    for frame in held_out:
        matrix.add(segmenter.predict(np.ascontiguousarray(frame.image)).label_map, frame.label)
    assert one.held_out == pytest.approx(matrix.miou())
    assert two.held_out < 0.25
    assert two.held_out != one.held_out
    assert min(one.f_ms, one.h_ms, two.f_ms, two.h_ms) > 0
    graphs = sum((tiny_bundle.path / f"graph_{n}.onnx").stat().st_size for n in "fh")
    assert one.update_bytes == size(tiny_bundle) - graphs
    assert one.weights == sum(weight.size for weight in tiny_bundle.weights("f").values())
