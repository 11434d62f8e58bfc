"""The manifest of an exported SAM: what is wrong is said in one line, file and remedy in it."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")

from laecips_cloud.mask_generators import MaskGeneratorError
from laecips_cloud.mask_generators.sam.onnx_backend.manifest import SamManifest
from laecips_edge.core.atomic_files import sha256_of


@pytest.fixture
def folder(exported_sam: Path, tmp_path: Path) -> Path:
    """A copy of the export, alone in the test's."""
    shutil.copytree(exported_sam, tmp_path / "sam")
    return tmp_path / "sam"


def test_it_says_what_was_exported(exported_sam: Path, sam_checkpoint: Path) -> None:
    manifest = SamManifest.read(exported_sam)
    assert (manifest.image_size, manifest.mask_size) == (128, 32)
    assert manifest.mean == pytest.approx((123.675, 116.28, 103.53))
    assert manifest.std == pytest.approx((58.395, 57.12, 57.375))
    assert manifest.mask_threshold == 0
    assert manifest.checkpoint == "sam_tiny.pth"
    assert manifest.checkpoint_sha256 == sha256_of(sam_checkpoint)
    assert manifest.agreement["mask_iou"] > 0.99
    assert json.loads(manifest.to_json()) == json.loads((exported_sam / "sam.json").read_text())


def changed(**values: Any) -> Callable[[Path], None]:
    """Something that changes keys of the manifest; those that become None go."""

    def change(folder: Path) -> None:
        path = folder / "sam.json"
        content = json.loads(path.read_text()) | values
        content = {key: value for key, value in content.items() if value is not None}
        path.write_text(json.dumps(content))

    return change


def overwritten(name: str, text: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_text(text) and None


def removed(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (
            removed("sam.json"),
            "sam.json: cannot be read (No such file or directory); give a folder",
        ),
        (removed("decoder.onnx"), "decoder.onnx: cannot be read (No such file or directory); expo"),
        (
            overwritten("sam.weights", "x"),
            "sam.weights: its sha256 is 2d711642b726..., sam.json has",
        ),
        (overwritten("sam.json", "{"), "sam.json: not JSON"),
        (
            overwritten("sam.json", "[1]"),
            "sam.json: no manifest of an exported SAM; export it agai",
        ),
        (overwritten("sam.json", '{"version": 3}'), "sam.json: no manifest of an exported SAM"),
        (overwritten("sam.json", "{}"), "sam.json: a key is missing"),
        (changed(mask_size=None), "a key is missing"),
        (changed(schema=2), "sam.json: schema cannot be 2; export it again with `laecips models"),
        (changed(image_size=-3), "image_size cannot be -3"),
        (changed(mask_size=900), "mask_size cannot be 900"),
        (changed(std=[1, 0, 1]), "std cannot be (1, 0, 1)"),
        (changed(mean="grey"), "mean cannot be 'grey'"),
        (changed(mask_threshold=[]), "mask_threshold cannot be ()"),
        (changed(files={"encoder.onnx": "0"}), "files cannot be"),
    ],
)
def test_what_cannot_be_used(spoil: Callable[[Path], None], message: str, folder: Path) -> None:
    spoil(folder)
    with pytest.raises(MaskGeneratorError, match=re.escape(message)) as caught:
        SamManifest.read(folder)
    assert "\n" not in str(caught.value)
    assert str(folder) in str(caught.value)
