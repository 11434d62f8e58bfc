"""Ranges for int8: measured, tried, and carried only where f agrees."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from laecips_cloud.export import int8_ranges
from laecips_cloud.export.bundle_export import load_networks
from laecips_cloud.export.int8_ranges import add_int8, input_ranges, rounding
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.inference.engines import INT8_ENGINE, create_engine
from laecips_edge.core.inference.preprocessing import NetworkInputs
from numpy.typing import NDArray

pytestmark = pytest.mark.slow


@pytest.fixture
def bundle(tiny_bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bundle:
    """A copy whose f, with random weights, agrees."""
    monkeypatch.setattr(int8_ranges, "LEAST_AGREEMENT", 0.9)
    monkeypatch.setattr(int8_ranges, "MAX_TRUST_DIFFERENCE", 1.0)
    return Bundle.load(shutil.copytree(tiny_bundle.path, tmp_path / "bundle"))


@pytest.fixture
def pictures(tiny_bundle: Bundle) -> list[NDArray[np.uint8]]:
    return [frame.rgb for frame in tiny_bundle.agreement()][:2]


def test_a_bundle_whose_f_agrees_carries_the_ranges(
    bundle: Bundle, pictures: list[NDArray[np.uint8]]
) -> None:
    trial = add_int8(bundle, pictures)
    assert trial.agrees
    assert trial.pictures == 1
    assert 0.9 < trial.agreement < 1.0  # something was rounded
    made = Bundle.load(bundle.path)
    assert made.manifest == trial.bundle.manifest
    names = made.int8_ranges().keys()
    assert "logits.conv.weight" in names
    # Stem and first stage stay in float.
    assert not [name for name in names if name.startswith(("backbone.conv1", "backbone.layer1"))]


def test_the_robot_rounds_as_the_trial_does(
    tiny_bundle: Bundle, pictures: list[NDArray[np.uint8]], monkeypatch: pytest.MonkeyPatch
) -> None:
    openvino = pytest.importorskip("laecips_edge.core.inference.engines.openvino")
    usual = openvino._properties
    in_float = {"INFERENCE_PRECISION_HINT": "f32"}  # what is not rounded; else bfloat16 here
    monkeypatch.setattr(openvino, "_properties", lambda *args: usual(*args) | in_float)
    f, _ = load_networks(tiny_bundle)
    x = NetworkInputs(tiny_bundle.manifest)(pictures[0])[0]
    tensor = torch.from_numpy(x["rgb"])
    with torch.inference_mode():
        # One convolution: behind it sums of another order may round to another step.
        ranges = input_ranges(f, iter([tensor]))
        found = {"logits.conv.weight": ranges["logits.conv.weight"]}
        plain = f.logits_at_stride(tensor).numpy()
        with rounding(f, found):
            expected = f.logits_at_stride(tensor).numpy()
        assert (f.logits_at_stride(tensor).numpy() == plain).all()  # f is as it was
    graph, weights = tiny_bundle.graph_f, tiny_bundle.weights("f")
    logits = create_engine(INT8_ENGINE, graph, weights, ranges=found).run(x)["logits"]
    # Without VNNI sums of two products end at 16 bits: a few logits are off.
    assert (np.abs(logits - expected) < 1e-4).mean() > 0.9
    assert (np.abs(plain - expected) < 1e-4).mean() < 0.1


def test_what_does_not_agree_is_left_out_and_taken_out(
    bundle: Bundle, pictures: list[NDArray[np.uint8]], monkeypatch: pytest.MonkeyPatch
) -> None:
    add_int8(bundle, pictures)
    assert Bundle.load(bundle.path).int8_file
    monkeypatch.setattr(int8_ranges, "LEAST_AGREEMENT", 1.01)
    trial = add_int8(Bundle.load(bundle.path), pictures)
    assert str(trial).startswith("int8 is left out of the bundle: on 1 pictures and their drifted")
    assert "are as in fp32 (bound 101.0%), and h differs by" in str(trial)
    assert Bundle.load(bundle.path).manifest == bundle.manifest
    assert not (bundle.path / "int8.safetensors").exists()


def test_h_counts_too(
    bundle: Bundle, pictures: list[NDArray[np.uint8]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(int8_ranges, "MAX_TRUST_DIFFERENCE", -1.0)
    assert not add_int8(bundle, pictures).bundle.int8_file


def test_ranges_are_those_of_what_convolutions_read(tiny_bundle: Bundle) -> None:
    f, _ = load_networks(tiny_bundle)
    random = torch.rand(2, 1, 3, 96, 128)
    with torch.inference_mode():
        ranges = input_ranges(f, iter(random))
        alone = [input_ranges(f, iter([each])) for each in random]
    for name, (low, high) in ranges.items():
        assert (low, high) == (
            min(each[name][0] for each in alone),
            max(each[name][1] for each in alone),
        )
        assert low < high


def test_one_picture_is_not_enough(bundle: Bundle, pictures: list[NDArray[np.uint8]]) -> None:
    with pytest.raises(ValueError, match="int8 needs two pictures to be measured on, there are 1"):
        add_int8(bundle, pictures[:1])
