"""SAM checkpoints: any size is told from the file, anything else is a clear error."""

import hashlib
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from laecips_cloud.mask_generators import MaskGeneratorError  # noqa: E402
from laecips_cloud.mask_generators.sam.torch_backend.checkpoint import load_sam  # noqa: E402
from laecips_cloud.mask_generators.sam.torch_backend.torchvision_stand_in import (  # noqa: E402
    import_segment_anything,
)
from laecips_cloud.published_weights import catalogue  # noqa: E402
from laecips_cloud.published_weights.catalogue import CATALOGUE, cache  # noqa: E402
from laecips_cloud.published_weights.download import fetch  # noqa: E402


def test_the_network_is_told_from_the_file(sam_checkpoint: Path) -> None:
    sam = load_sam(sam_checkpoint)
    saved = torch.load(sam_checkpoint, weights_only=True)
    assert sam.state_dict().keys() == saved.keys()
    assert all(torch.equal(tensor, saved[name]) for name, tensor in sam.state_dict().items())
    assert sam.image_encoder.img_size == 128
    assert [block.window_size for block in sam.image_encoder.blocks] == [4, 0]
    assert [block.attn.num_heads for block in sam.image_encoder.blocks] == [2, 2]
    assert not sam.training


@pytest.mark.parametrize("size", ["vit_b", "vit_l", "vit_h"])
def test_published_sizes(size: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = import_segment_anything()
    with torch.device("meta"):  # shapes alone: the largest would take 2.4 GB
        published = package.sam_model_registry[size]()
        monkeypatch.setattr(torch, "load", lambda *_, **__: published.state_dict())
        path = tmp_path / "sam.pth"
        path.touch()
        sam = load_sam(path)
    assert str(sam) == str(published)
    for ours, theirs in zip(sam.image_encoder.blocks, published.image_encoder.blocks, strict=True):
        assert ours.window_size == theirs.window_size
        assert ours.attn.num_heads == theirs.attn.num_heads
        assert ours.attn.scale == theirs.attn.scale


def _truncated(source: Path, path: Path) -> None:
    path.write_bytes(source.read_bytes()[:5000])


def _empty(_: Path, path: Path) -> None:
    path.touch()


def _text(_: Path, path: Path) -> None:
    path.write_text("<html>404: not found</html>")


def _pickled_code(_: Path, path: Path) -> None:
    torch.save({"weights": Path("somewhere")}, path)


class _Malicious:
    """Makes a folder beside the file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self._marker = str(path.with_name("ran"))

    def __reduce__(self) -> tuple:
        return os.mkdir, (self._marker,)


def _malicious_weights(_: Path, path: Path) -> None:
    torch.save({"image_encoder.pos_embed": _Malicious(path)}, path)


def _malicious_pickle(_: Path, path: Path) -> None:
    marker = _Malicious(path).__reduce__()[1][0]
    path.write_bytes(f"cposix\nmkdir\n(S'{marker}'\ntR.".encode())


def _heads_that_do_not_divide(source: Path, path: Path) -> None:
    tensors = torch.load(source, weights_only=True)
    name = "mask_decoder.transformer.layers.0.cross_attn_token_to_image.q_proj.weight"
    tensors[name] = torch.zeros(3, 32)
    torch.save(tensors, path)


def _no_dimensions(source: Path, path: Path) -> None:
    tensors = torch.load(source, weights_only=True)
    torch.save({name: torch.zeros(()) for name in tensors}, path)


def _a_list(_: Path, path: Path) -> None:
    torch.save([torch.zeros(3)], path)


def _another_network(_: Path, path: Path) -> None:
    torch.save({"conv1.weight": torch.zeros(3)}, path)


def _keys_missing(source: Path, path: Path) -> None:
    tensors = torch.load(source, weights_only=True)
    del tensors["mask_decoder.iou_token.weight"], tensors["image_encoder.neck.1.bias"]
    torch.save(tensors, path)


def _another_shape(source: Path, path: Path) -> None:
    tensors = torch.load(source, weights_only=True)
    tensors["mask_decoder.iou_token.weight"] = torch.zeros(1, 7)
    torch.save(tensors, path)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (_truncated, "not a readable checkpoint of tensors "),
        (_empty, "not a readable checkpoint of tensors "),
        (_text, "tensors (no torch file, or one that holds more than tensors); fetch"),
        (_pickled_code, "tensors (no torch file, or one that holds more than tensors); fetch"),
        (_malicious_weights, "tensors (no torch file, or one that holds more than tensors); fetch"),
        (_malicious_pickle, "tensors (no torch file, or one that holds more than tensors); fetch"),
        (_heads_that_do_not_divide, "not a SAM checkpoint (num_heads must divide embedding_dim"),
        (_no_dimensions, "not a SAM checkpoint (tuple index out of range); give a checkpoint"),
        (_a_list, "holds no state dict"),
        (_another_network, "not a SAM checkpoint (no tensor 'image_encoder.pos_embed')"),
        (_keys_missing, "image_encoder.neck.1.bias is missing and 1 more; give a checkpoint"),
        (_another_shape, "mask_decoder.iou_token.weight is [1, 7] instead of [1, 32]; give"),
    ],
)
def test_a_file_that_is_no_checkpoint(
    spoil, message: str, sam_checkpoint: Path, tmp_path: Path
) -> None:
    path = tmp_path / "sam.pth"
    spoil(sam_checkpoint, path)
    with pytest.raises(MaskGeneratorError, match=re.escape(message)) as caught:
        load_sam(path)
    assert f"mask generator sam: {path}: " in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("size", ["vit_b_01ec64", "vit_l_0b3195", "vit_h_4b8939"])
def test_a_published_name_is_for_the_published_file(
    size: str, sam_checkpoint: Path, tmp_path: Path
) -> None:
    path = tmp_path / f"sam_{size}.pth"
    path.write_bytes(sam_checkpoint.read_bytes())
    with pytest.raises(
        MaskGeneratorError, match=r"bytes instead of \d+\); fetch it anew"
    ) as caught:
        load_sam(path)
    assert str(caught.value).startswith(f"mask generator sam: {path}: not sam_{size[:5]} as it is")


def test_a_name_of_the_catalogue(
    sam_checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = sam_checkpoint.read_bytes()
    tiny = replace(
        CATALOGUE["sam_vit_b"],
        name="sam_tiny",
        url="https://example.org/sam_tiny_v1.pth",
        bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )
    monkeypatch.setattr(catalogue, "CATALOGUE", {"sam_tiny": tiny})
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(
        MaskGeneratorError, match="`laecips models fetch sam_tiny`, or give the path"
    ):
        load_sam("sam_tiny")
    fetch(tiny, source=str(sam_checkpoint))
    assert load_sam("sam_tiny").image_encoder.img_size == 128
    (cache() / tiny.file_name).write_bytes(content[:-1] + b"?")
    with pytest.raises(MaskGeneratorError, match=r"not sam_tiny as it is published \(sha256 "):
        load_sam("sam_tiny")


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(MaskGeneratorError, match=r"sam\.pth: no such file; give the path of a"):
        load_sam(tmp_path / "sam.pth")
