import hashlib
import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
from laecips_edge.core.bundle.bundle import (
    AgreementFrame,
    Bundle,
    BundleError,
    Manifest,
    ranges_file,
    write_bundle,
)

MANIFEST = Manifest(
    name="line",
    version=1,
    classes=("belt", "part"),
    palette=((0, 0, 0), (255, 0, 0)),
    input_size=(32, 32),
    delta=0.5,
    beta=0.1,
)


def write(path: Path, **changes: object) -> Bundle:
    content = {
        "manifest": MANIFEST,
        "graph_f": b"graph of f",
        "graph_h": b"graph of h",
        "weights_f": {"a.weight": np.array([[1.5, -2.0]], np.float32)},
        "weights_h": {"a.weight": np.array([3.0], np.float32)},
        "agreement": [],
    }
    return write_bundle(path, **(content | changes))


def edit_manifest(path: Path, **changes: object) -> None:
    content = json.loads((path / "manifest.json").read_text())
    (path / "manifest.json").write_text(json.dumps(content | changes))


def truncate_in_agreement_with_its_hash(path: Path) -> None:
    """What a broken exporter would leave: the manifest's hash is that of half a file."""
    bundle = Bundle.load(path)
    weights = path / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    files = bundle.manifest.files | {"weights.safetensors": sha256(weights)}
    edit_manifest(path, files=files)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_round_trip(tmp_path):
    written = write(tmp_path / "bundle")
    read = Bundle.load(tmp_path / "bundle")
    assert read.manifest == written.manifest
    assert read.graph_f == b"graph of f"
    assert read.graph_h == b"graph of h"
    assert read.weights("f").keys() == {"a.weight"}
    np.testing.assert_array_equal(read.weights("f")["a.weight"], [[1.5, -2.0]])
    np.testing.assert_array_equal(read.weights("h")["a.weight"], [3.0])
    assert read.weights("f")["a.weight"].dtype == np.float32
    assert read.agreement() == []


def test_weights_are_kept_as_float16(tmp_path):
    path = write(tmp_path / "bundle").path
    tensors = safetensors.numpy.load_file(path / "weights.safetensors")
    assert {name: tensor.dtype for name, tensor in tensors.items()} == {
        "f.a.weight": np.float16,
        "h.a.weight": np.float16,
    }


def test_the_same_pair_gives_the_same_bytes(tmp_path):
    one, other = write(tmp_path / "one").path, write(tmp_path / "other").path
    for file in one.iterdir():
        assert file.read_bytes() == (other / file.name).read_bytes()


def test_agreement_frames_come_back(tmp_path, tiny_bundle):
    frames = tiny_bundle.agreement()
    read = write(tmp_path / "bundle", agreement=frames).agreement()
    assert len(read) == len(frames) > 0
    for a, b in zip(read, frames, strict=True):
        assert a.jpeg == b.jpeg
        assert a.trust == pytest.approx(b.trust)
        assert a.depth is None
        assert a.rgb.shape == (96, 128, 3)
        np.testing.assert_array_equal(a.label_map, b.label_map)


def test_a_newer_bundle_replaces_one_and_leaves_nothing_else(tmp_path):
    write(tmp_path / "bundle")
    write(tmp_path / "bundle", manifest=replace(MANIFEST, version=2, parent=1))
    assert Bundle.load(tmp_path / "bundle").manifest.version == 2
    assert os.listdir(tmp_path) == ["bundle"]


def test_a_failed_write_leaves_the_bundle_that_was_there(tmp_path):
    write(tmp_path / "bundle")
    too_large = {"a.weight": np.array([1e6], np.float32)}
    with pytest.raises(BundleError, match=r"h\.a\.weight exceeds 65504"):
        write(tmp_path / "bundle", weights_h=too_large)
    assert Bundle.load(tmp_path / "bundle").manifest.version == 1
    assert os.listdir(tmp_path) == ["bundle"]


def test_another_folder_is_not_overwritten(tmp_path):
    (tmp_path / "photos").mkdir()
    with pytest.raises(BundleError, match="photos: exists and is not a bundle"):
        write(tmp_path / "photos")


@pytest.mark.parametrize(
    "name",
    [
        "manifest.json",
        "graph_f.onnx",
        "graph_h.onnx",
        "weights.safetensors",
        "agreement.safetensors",
        "pictures.safetensors",
    ],
)
def test_a_missing_file_is_named(tmp_path, name):
    path = write(tmp_path / "bundle").path
    (path / name).unlink()
    with pytest.raises(BundleError, match=rf"{name}: cannot be read \(No such file"):
        Bundle.load(path)


@pytest.mark.parametrize("name", ["graph_f.onnx", "weights.safetensors", "agreement.safetensors"])
@pytest.mark.parametrize(
    "damage", [lambda data: data[:-1], lambda data: bytes([data[0] ^ 1]) + data[1:]]
)
def test_a_damaged_file_is_named(tmp_path, name, damage):
    path = write(tmp_path / "bundle").path
    (path / name).write_bytes(damage((path / name).read_bytes()))
    with pytest.raises(BundleError, match=rf"{name}: sha256 is .* fetch the bundle again"):
        Bundle.load(path)


def test_truncated_weights_under_a_matching_hash(tmp_path):
    path = write(tmp_path / "bundle").path
    truncate_in_agreement_with_its_hash(path)
    with pytest.raises(BundleError, match=r"weights\.safetensors: not readable as safetensors"):
        Bundle.load(path).weights("f")


def test_a_manifest_without_hashes(tmp_path):
    path = write(tmp_path / "bundle").path
    edit_manifest(path, files={"graph_f.onnx": "0"})
    with pytest.raises(BundleError, match=r"no sha256 of graph_h\.onnx"):
        Bundle.load(path)


@pytest.mark.parametrize("classes", [("belt", "scratch"), ("part", "belt"), ("belt",)])
def test_a_bundle_for_other_classes_names_both(tmp_path, classes):
    path = write(tmp_path / "bundle").path
    Bundle.load(path, classes=["belt", "part"])
    with pytest.raises(BundleError, match="for the classes belt, part, here they are") as error:
        Bundle.load(path, classes=classes)
    assert ", ".join(classes) in str(error.value)


@pytest.mark.parametrize(
    ("changes", "message"), [({"delta": 2}, "delta cannot be 2"), ({"colour": 1}, "unknown keys")]
)
def test_a_manifest_that_cannot_be_names_its_file(tmp_path, changes, message):
    path = write(tmp_path / "bundle").path
    edit_manifest(path, **changes)
    with pytest.raises(BundleError, match=rf"bundle/manifest\.json: {message}"):
        Bundle.load(path)


def test_no_folder_at_all(tmp_path):
    with pytest.raises(BundleError, match=r"manifest\.json: cannot be read"):
        Bundle.load(tmp_path / "nowhere")


@pytest.mark.parametrize("attribute", ["rgb", "depth"])
def test_pictures_that_are_none(attribute):
    frame = AgreementFrame(
        jpeg=b"not a picture", depth_png=b"nor this", label_map=np.empty(0, np.uint8), trust=0.5
    )
    with pytest.raises(BundleError, match=r"agreement: a .* is not (JPEG|PNG); export"):
        getattr(frame, attribute)


def test_agreement_of_an_older_bundle_has_the_pictures_in_one_file(tmp_path, tiny_bundle):
    path = tmp_path / "bundle"
    shutil.copytree(tiny_bundle.path, path)
    frames, tensors = tiny_bundle.agreement(), {}
    for i, frame in enumerate(frames):
        tensors[f"{i}.jpeg"] = np.frombuffer(frame.jpeg, np.uint8)
        tensors[f"{i}.depth_png"] = np.frombuffer(frame.depth_png, np.uint8)
        tensors[f"{i}.label_map"] = frame.label_map
        tensors[f"{i}.trust"] = np.array([frame.trust], np.float32)
    safetensors.numpy.save_file(tensors, path / "agreement.safetensors")
    (path / "pictures.safetensors").unlink()
    files = dict(tiny_bundle.manifest.files)
    del files["pictures.safetensors"]
    edit_manifest(
        path, files=files | {"agreement.safetensors": sha256(path / "agreement.safetensors")}
    )
    older = Bundle.load(path).agreement()
    assert len(older) == len(frames) > 0
    for one, two in zip(older, frames, strict=True):
        assert (one.jpeg, one.trust) == (two.jpeg, two.trust)
        np.testing.assert_array_equal(one.label_map, two.label_map)


def test_agreement_without_one_of_its_tensors(tmp_path, tiny_bundle):
    path = tmp_path / "bundle"
    shutil.copytree(tiny_bundle.path, path)
    tensors = safetensors.numpy.load_file(path / "agreement.safetensors")
    del tensors["0.trust"]
    safetensors.numpy.save_file(tensors, path / "agreement.safetensors")
    files = tiny_bundle.manifest.files | {
        "agreement.safetensors": sha256(path / "agreement.safetensors")
    }
    edit_manifest(path, files=files)
    with pytest.raises(BundleError, match=r"no tensor '0\.trust'"):
        Bundle.load(path).agreement()


RANGES = {"a.weight": (-1.5, 2.0), "b.weight": (0.0, 0.25)}


def test_ranges_for_int8_are_carried_where_there_are_some(tmp_path):
    bundle = write(tmp_path / "int8", int8_file=ranges_file(RANGES))
    assert bundle.int8_ranges() == RANGES
    (bundle.path / "int8.safetensors").unlink()  # as a robot with an older package fetches it
    assert Bundle.load(bundle.path).int8_ranges() == {}
    plain = write(tmp_path / "plain")
    assert "int8.safetensors" not in plain.manifest.files
    assert plain.int8_ranges() == {}
    (plain.path / "int8.safetensors").write_bytes(bundle.int8_file)
    assert Bundle.load(plain.path).int8_file == b""  # the manifest does not vouch for it


def test_other_ranges_than_the_manifests_are_refused(tmp_path):
    bundle = write(tmp_path / "int8", int8_file=ranges_file(RANGES))
    (bundle.path / "int8.safetensors").write_bytes(ranges_file({"a.weight": (0.0, 9.0)}))
    with pytest.raises(BundleError, match=r"int8\.safetensors: sha256 is"):
        Bundle.load(bundle.path)


@pytest.mark.parametrize(
    "ranges",
    [{"a": (2.0, 1.0)}, {"a": (0.0, float("nan"))}, {"a": (0.0, 1.0, 2.0)}],
    ids=["turned", "not finite", "three numbers"],
)
def test_what_is_no_range_is_told(tmp_path, ranges):
    bundle = write(tmp_path / "int8", int8_file=ranges_file(ranges))
    with pytest.raises(BundleError, match=r"int8\.safetensors: a is no range; measure it again"):
        bundle.int8_ranges()
