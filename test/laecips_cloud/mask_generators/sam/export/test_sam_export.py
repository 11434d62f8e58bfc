"""The export of SAM: all or nothing, small, and tried before it is there."""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest

torch = pytest.importorskip("torch")

from laecips_cloud.mask_generators import MaskGeneratorError  # noqa: E402
from laecips_cloud.mask_generators.sam.export import sam_export  # noqa: E402
from laecips_cloud.mask_generators.sam.export.sam_export import export_sam  # noqa: E402
from laecips_cloud.mask_generators.sam.onnx_backend.manifest import SamManifest  # noqa: E402
from laecips_cloud.mask_generators.sam.onnx_backend.networks import SamNetworks  # noqa: E402

FILES = ["decoder.onnx", "encoder.onnx", "sam.json", "sam.weights"]


def test_what_is_written(exported_sam: Path) -> None:
    assert sorted(path.name for path in exported_sam.iterdir()) == FILES
    assert [path.name for path in exported_sam.parent.iterdir()] == [exported_sam.name]
    for name in ("encoder.onnx", "decoder.onnx"):
        onnx.checker.check_model(str(exported_sam / name))


def test_large_weights_are_halves_in_one_file(exported_sam: Path) -> None:
    outside = 0
    for name in ("encoder.onnx", "decoder.onnx"):
        graph = onnx.load(str(exported_sam / name), load_external_data=False).graph
        for tensor in graph.initializer:
            size = int(torch.tensor(list(tensor.dims)).prod()) if tensor.dims else 1
            if tensor.data_location == onnx.TensorProto.EXTERNAL:
                entries = {entry.key: entry.value for entry in tensor.external_data}
                assert entries["location"] == "sam.weights"
                assert tensor.data_type == onnx.TensorProto.FLOAT16
                assert int(entries["length"]) == 2 * size
                outside += 2 * size
            else:
                assert size < 4096
    assert outside == (exported_sam / "sam.weights").stat().st_size > 50_000


def test_no_word_of_the_machine(exported_sam: Path) -> None:
    for name in ("encoder.onnx", "decoder.onnx"):
        content = (exported_sam / name).read_bytes()
        assert b"site-packages" not in content
        assert b"laecips_cloud" not in content


def test_a_folder_of_something_else_is_left_alone(sam_checkpoint: Path, tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "a.txt").write_text("dear")
    with pytest.raises(MaskGeneratorError, match=r"letters: is there and holds no sam\.json"):
        export_sam(sam_checkpoint, tmp_path / "letters")
    assert (tmp_path / "letters" / "a.txt").read_text() == "dear"


def test_no_checkpoint_no_folder(tmp_path: Path) -> None:
    with pytest.raises(MaskGeneratorError, match=re.escape("sam.pth: no such file")):
        export_sam(tmp_path / "sam.pth", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_one_that_disagrees_is_refused(
    exported_sam: Path, sam_checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old one stays; what is compared is real: graphs of other weights."""
    shutil.copytree(exported_sam, tmp_path / "sam")
    before = (tmp_path / "sam" / "sam.json").read_text()

    def write_graphs(_: object, folder: Path, *, int8: bool) -> None:
        assert not int8
        for name in ("encoder.onnx", "decoder.onnx"):
            shutil.copy(exported_sam / name, folder)
        weights = (exported_sam / "sam.weights").read_bytes()
        (folder / "sam.weights").write_bytes(weights[::-1].replace(b"\x7c", b"\x30"))

    monkeypatch.setattr(sam_export, "_write_graphs", write_graphs)
    with pytest.raises(MaskGeneratorError, match=r"agree with torch's to an IoU of \S+ alone"):
        export_sam(sam_checkpoint, tmp_path / "sam")
    assert (tmp_path / "sam" / "sam.json").read_text() == before
    assert [path.name for path in tmp_path.iterdir()] == ["sam"]


def test_the_agreement_is_in_the_manifest(exported_sam: Path) -> None:
    agreement = json.loads((exported_sam / "sam.json").read_text())["agreement"]
    assert 0.99 < agreement["mask_iou"] <= 1
    assert 0 <= agreement["max_rating_difference"] < 0.01


def test_in_int8(exported_int8_sam: Path) -> None:
    manifest = SamManifest.read(exported_int8_sam)
    assert manifest.int8
    assert 0.99 < manifest.agreement["mask_iou"] < 1
    graph = onnx.load(str(exported_int8_sam / "encoder.onnx"), load_external_data=False).graph
    outside = {
        onnx.TensorProto.DataType.Name(tensor.data_type)
        for tensor in graph.initializer
        if tensor.data_location == onnx.TensorProto.EXTERNAL
    }
    assert outside == {"INT8", "FLOAT16"}
    onnx.checker.check_model(str(exported_int8_sam / "encoder.onnx"))


def test_one_in_int8_takes_one_picture_at_a_time(
    exported_int8_sam: Path, exported_sam: Path
) -> None:
    of_int8, other = (
        SamNetworks(folder, points_per_batch=2) for folder in (exported_int8_sam, exported_sam)
    )
    assert (of_int8.prepare_batches(3), other.prepare_batches(3)) == (1, 3)
    pictures = np.random.default_rng(0).normal(size=(3, 3, *[other.manifest.image_size] * 2))
    several = other.embed(pictures.astype(np.float32))
    for index, embedding in enumerate(several):
        (alone,) = other.embed(pictures[index : index + 1].astype(np.float32))
        np.testing.assert_allclose(embedding, alone, atol=1e-4)


def test_in_int8_that_differs_too_much(
    exported_int8_sam: Path, sam_checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_graphs(_: object, folder: Path, *, int8: bool) -> None:
        assert int8
        for name in ("encoder.onnx", "decoder.onnx", "sam.weights"):
            shutil.copy(exported_int8_sam / name, folder)

    monkeypatch.setattr(sam_export, "_write_graphs", write_graphs)
    monkeypatch.setattr(sam_export, "MIN_INT8_MASK_IOU", 1.0)
    with pytest.raises(MaskGeneratorError, match="alone; export it without --int8"):
        export_sam(sam_checkpoint, tmp_path / "sam", int8=True)
    assert not (tmp_path / "sam").exists()
