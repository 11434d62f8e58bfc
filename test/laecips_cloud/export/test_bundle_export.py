from dataclasses import replace

import numpy as np
import pytest
import torch
from laecips_cloud.export.bundle_export import export_bundle, load_networks
from laecips_cloud.networks import MinerNetwork, RFNet
from laecips_edge.core.bundle.bundle import Bundle, BundleError, ranges_file, write_bundle
from laecips_edge.core.inference.segmenter import Segmenter
from made_bundles import variant

pytestmark = pytest.mark.slow

FIELDS = {
    "name": "line",
    "classes": ("belt", "part", "screw", "scratch"),
    "palette": ((0, 0, 0), (0, 0, 255), (0, 255, 0), (255, 0, 0)),
    "input_size": (96, 128),
    "delta": 0.5,
    "beta": 0.1,
}


def pair(*, depth: bool = False, classes: int = 4) -> tuple[RFNet, MinerNetwork]:
    f = RFNet(classes=classes, width=0.125, depth=depth).eval()
    return f, MinerNetwork(classes=classes, width=0.125).eval()


def picture(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, shape, np.uint8)


def test_versions_of_one_architecture_share_their_graphs(tmp_path, tiny_bundle):
    other = export_bundle(*pair(), tmp_path / "other", version=2, parent=1, **FIELDS)
    assert other.manifest.version == 2
    assert other.graph_f == tiny_bundle.graph_f
    assert other.graph_h == tiny_bundle.graph_h
    changed = {"weights.safetensors", "agreement.safetensors", "pictures.safetensors"}
    for name, digest in other.manifest.files.items():
        assert (digest != tiny_bundle.manifest.files[name]) == (name in changed)


def test_graphs_of_another_version_are_taken_over(tmp_path, tiny_bundle, monkeypatch):
    networks = pair()
    expected = export_bundle(*networks, tmp_path / "exported", **FIELDS)

    def never(*_):
        raise AssertionError("exported anew")

    for name in ("segmenter_graph", "miner_graph"):
        monkeypatch.setattr(f"laecips_cloud.export.bundle_export.{name}", never)
    taken = export_bundle(*networks, tmp_path / "taken", graphs_of=tiny_bundle, **FIELDS)
    assert taken.manifest == expected.manifest
    assert not taken.int8_file


def test_the_next_version_keeps_the_ranges_for_int8(tmp_path, tiny_bundle):
    ranges = ranges_file({"logits.conv.weight": (0.0, 8.0)})
    before = variant(tiny_bundle, tmp_path / "before", 1, int8_file=ranges)
    after = export_bundle(*pair(), tmp_path / "after", graphs_of=before, **FIELDS)
    assert after.int8_ranges() == before.int8_ranges()
    assert after.weights_file != before.weights_file


def test_resumed_networks_answer_as_the_robot_does(tiny_bundle):
    f, h = load_networks(tiny_bundle)
    segmenter = Segmenter(tiny_bundle)
    rgb = tiny_bundle.agreement()[0].rgb
    logits = segmenter.logits(rgb)
    mean, std = np.array(tiny_bundle.manifest.mean), np.array(tiny_bundle.manifest.std)
    x = torch.from_numpy(((rgb / 255 - mean) / std).astype(np.float32)).permute(2, 0, 1)[None]
    with torch.inference_mode():
        expected = f.logits_at_stride(x)
        trust = h(expected).item()
    np.testing.assert_allclose(logits, expected[0].numpy(), atol=1e-3)
    assert segmenter.trust(logits) == pytest.approx(trust, abs=1e-3)


def test_resuming_keeps_every_weight(tmp_path, tiny_bundle):
    manifest = tiny_bundle.manifest
    again = export_bundle(*load_networks(tiny_bundle), tmp_path / "again", **FIELDS)
    name = "weights.safetensors"
    assert again.manifest.files[name] == manifest.files[name]


def test_depth_and_a_size_that_is_no_multiple_of_anything(tmp_path):
    size = (97, 200)  # halved five times, a side is odd: 97 at once, 200 in the end
    bundle = export_bundle(
        *pair(depth=True),
        tmp_path / "rgbd",
        modality="rgbd",
        agreement_images=[picture(1080, 1920, 3)],
        agreement_depths=[np.linspace(300, 5000, 97 * 200).reshape(size).astype(np.uint16)],
        **FIELDS | {"input_size": size},
    )
    assert bundle.agreement()[0].depth.shape == size
    segmenter = Segmenter(Bundle.load(bundle.path))
    segmenter.self_test()
    near = segmenter.logits(picture(*size, 3), np.full(size, 500, np.uint16))
    far = segmenter.logits(picture(*size, 3), np.full(size, 9000, np.uint16))
    assert np.abs(near - far).max() > 1e-2
    prediction = segmenter.predict(picture(1080, 1920, 3), np.full((1080, 1920), 500, np.uint16))
    assert prediction.logits.shape == bundle.manifest.logits_shape
    assert prediction.label_map.shape == (1080, 1920)
    assert 0 < segmenter.trust(prediction.logits) <= 1
    with pytest.raises(ValueError, match="depth: bundle line takes"):
        segmenter.predict(picture(*size, 3))
    f, _ = load_networks(bundle)
    assert f.depth


def test_a_network_with_an_unused_depth_branch_exports_without_it(tmp_path):
    f, h = pair(depth=True)
    bundle = export_bundle(f, h, tmp_path / "rgb", **FIELDS)
    assert not [name for name in bundle.weights("f") if "_d." in name or "attention" in name]


@pytest.mark.parametrize(
    ("classes", "changes", "message"),
    [
        (5, {}, "f has 5 classes, h 5, 4 were named"),
        (4, {"delta": 2}, "delta cannot be 2"),
        (4, {"modality": "rgbd"}, "f was made without a depth branch"),
    ],
)
def test_what_cannot_be_exported(tmp_path, classes, changes, message):
    with pytest.raises(BundleError, match=message):
        export_bundle(*pair(classes=classes), tmp_path / "bundle", **(FIELDS | changes))
    assert not list(tmp_path.iterdir())


def test_weights_that_are_not_finite_never_become_a_bundle(tmp_path):
    f, h = pair()
    torch.nn.init.constant_(f.logits.conv.weight, float("nan"))
    with pytest.raises(BundleError, match="f's answer is not finite"):
        export_bundle(f, h, tmp_path / "bundle", **FIELDS)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"architecture": "rafnet"}, "edge network 'rafnet' is not known: take one of appealnet"),
        ({"architecture": "unet"}, r"f is not what the manifest says \(Error.*for UNet: Missing"),
        ({"width": 0.25}, r"size mismatch for backbone\.conv1\.weight"),
        ({"miner_width": 0.25}, r"size mismatch for conv1\.weight"),
    ],
)
def test_resuming_from_a_bundle_that_lies(tmp_path, tiny_bundle, changes, message):
    lying = write_bundle(
        tmp_path / "lying",
        manifest=replace(tiny_bundle.manifest, **changes),
        graph_f=tiny_bundle.graph_f,
        graph_h=tiny_bundle.graph_h,
        weights_f=tiny_bundle.weights("f"),
        weights_h=tiny_bundle.weights("h"),
        agreement=[],
    )
    with pytest.raises(BundleError, match=message) as error:
        load_networks(Bundle.load(lying.path))
    assert "\n" not in str(error.value)


def test_tiles(tmp_path):
    fields = FIELDS | {"tiles": (2, 2)}
    bundle = export_bundle(
        *pair(), tmp_path / "bundle", agreement_images=[picture(1080, 1920, 3)], **fields
    )
    segmenter = Segmenter(Bundle.load(bundle.path))
    segmenter.self_test()
    prediction = segmenter.predict(picture(1080, 1920, 3))
    assert prediction.logits.shape == bundle.manifest.logits_shape
    assert prediction.label_map.shape == (1080, 1920)
    assert 0 < segmenter.trust(prediction.logits) <= 1
