"""Export of a SAM checkpoint to the files of the mask generator `sam_onnx`.

sam.json       the manifest: sizes, normalisation, hashes
encoder.onnx   from any number of pictures (int8: one) to embeddings
decoder.onnx   from an embedding and any number of points to small masks and SAM's ratings
sam.weights    float16 weights of both; int8 for most of the encoder if requested
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, Final

import numpy as np
import torch
from laecips_edge.core.atomic_files import replace_folder, sha256_of
from laecips_edge.core.bundle.bundle import half
from numpy.typing import NDArray
from torch import nn

from laecips_cloud.mask_generators.generator import MaskGeneratorError
from laecips_cloud.mask_generators.sam.export.decoder import SamDecoder
from laecips_cloud.mask_generators.sam.export.encoder import SamEncoder
from laecips_cloud.mask_generators.sam.export.int8 import to_int8
from laecips_cloud.mask_generators.sam.onnx_backend.manifest import (
    DECODER,
    ENCODER,
    FILES,
    MANIFEST,
    WEIGHTS,
    SamManifest,
)
from laecips_cloud.mask_generators.sam.onnx_backend.networks import (
    EMBEDDING,
    IOUS,
    MASKS,
    PICTURE,
    POINTS,
    SamNetworks,
)
from laecips_cloud.mask_generators.sam.torch_backend.checkpoint import load_sam
from laecips_cloud.networks.onnx_graph import forget_origins, quiet_exporter
from laecips_cloud.published_weights.catalogue import weights_path

MIN_MASK_IOU: Final = 0.98
MIN_INT8_MASK_IOU: Final = 0.99
"""An export whose masks agree less with torch's is refused; one in int8 must show that it may be
used in the other's place."""

_SMALLEST: Final = 4096  # weights of fewer values and 1-D weights stay float32, in the graph
_POINTS: Final = 8  # number of points on which the export is tested


def export_sam(checkpoint: str | Path, folder: str | Path, *, int8: bool = False) -> SamManifest:
    """Write the files, all or none, and compare their answers with torch's.

    Args:
        checkpoint: checkpoint of segment-anything, of any size: a path, or a name of `laecips
            models list` that was fetched.
        folder: output folder; an existing one must hold an earlier export and is replaced.
        int8: whether the encoder multiplies in int8.

    Returns:
        The manifest. In `agreement`, `mask_iou` is the mean IoU with torch's masks of random points
        on a random picture, `max_rating_difference` the largest difference of SAM's ratings.

    Raises:
        MaskGeneratorError: the checkpoint is invalid, the folder holds other files, or the export
            does not agree with torch.
        ValueError: a weight does not fit into float16.
        ImportError: segment-anything is not installed.
    """
    folder = Path(folder).expanduser()
    if folder.exists() and not (folder / MANIFEST).is_file():
        raise MaskGeneratorError(f"{folder}: is there and holds no {MANIFEST}; give another folder")
    sam: Any = load_sam(checkpoint)
    checkpoint = weights_path(checkpoint)
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        _write_graphs(sam, draft, int8=int8)
        manifest = SamManifest(
            image_size=sam.image_encoder.img_size,
            mask_size=sam.prompt_encoder.mask_input_size[0],
            mean=_triple(sam.pixel_mean),
            std=_triple(sam.pixel_std),
            mask_threshold=float(sam.mask_threshold),
            int8=int8,
            checkpoint=checkpoint.name,
            checkpoint_sha256=sha256_of(checkpoint),
            files={name: sha256_of(draft / name) for name in FILES},
        )
        _write(draft, manifest)
        manifest = replace(manifest, agreement=_agreement(sam, draft))
        if manifest.agreement["mask_iou"] < (MIN_INT8_MASK_IOU if int8 else MIN_MASK_IOU):
            remedy = "export it without --int8" if int8 else "report it with the checkpoint's name"
            raise MaskGeneratorError(
                f"{checkpoint}: exported, its masks agree with torch's to an IoU of "
                f"{manifest.agreement['mask_iou']:.3f} alone; {remedy}"
            )
        _write(draft, manifest)
        draft.chmod(0o755)
        replace_folder(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return manifest


def _write(folder: Path, manifest: SamManifest) -> None:
    (folder / MANIFEST).write_text(manifest.to_json(), encoding="utf-8")


def _write_graphs(sam: Any, folder: Path, *, int8: bool) -> None:
    grid, size = sam.prompt_encoder.image_embedding_size, sam.image_encoder.img_size
    channels = sam.prompt_encoder.embed_dim
    # Two of each: the exporter takes a size of 1 for a constant. In int8 it must be constant.
    pictures = torch.zeros(1 if int8 else 2, 3, size, size)
    embedding = torch.zeros(1, grid[0] * grid[1], channels)
    with (folder / WEIGHTS).open("wb") as weights:
        encoder = _graph(
            SamEncoder(sam),
            {PICTURE: pictures},
            (EMBEDDING,),
            weights,
            sizes={PICTURE: {} if int8 else {0: torch.export.Dim("pictures")}},
            int8=int8,
        )
        (folder / ENCODER).write_bytes(encoder)
        decoder = _graph(
            SamDecoder(sam),
            {EMBEDDING: embedding, POINTS: torch.zeros(2, 2)},
            (MASKS, IOUS),
            weights,
            sizes={EMBEDDING: {}, POINTS: {0: torch.export.Dim(POINTS)}},
        )
        (folder / DECODER).write_bytes(decoder)


def _graph(
    network: nn.Module,
    inputs: Mapping[str, torch.Tensor],
    outputs: tuple[str, ...],
    weights: IO[bytes],
    *,
    sizes: Mapping[str, Any],
    int8: bool = False,
) -> bytes:
    """Return the ONNX graph; append its large weights to the file."""
    import onnx_ir as ir  # noqa: PLC0415 (slow to import)

    with quiet_exporter():
        program = torch.onnx.export(
            network.eval(),
            tuple(inputs.values()),
            dynamo=True,
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_shapes=tuple(sizes.values()),
            verbose=False,
        )
    if program is None:
        raise RuntimeError("torch.onnx.export gave no program")
    model = program.model
    forget_origins(model)
    if int8:
        to_int8(model.graph)
    _move_out(model.graph, weights)
    return bytes(ir.to_proto(model).SerializeToString(deterministic=True))


def _move_out(graph: Any, weights: IO[bytes]) -> None:
    """Move large weights to the file, float32 as float16; engines widen them when they load."""
    import onnx_ir as ir  # noqa: PLC0415 (slow to import)

    first = next(iter(graph))
    for name, value in list(graph.initializers.items()):
        tensor = value.const_value
        if tensor.size < _SMALLEST or len(tensor.shape) < 2:
            continue
        if tensor.dtype == ir.DataType.INT8:
            value.const_value = _put(name, tensor.numpy(), ir.DataType.INT8, weights)
        elif tensor.dtype == ir.DataType.FLOAT:
            moved = _put(f"{name}.half", half(name, tensor.numpy()), ir.DataType.FLOAT16, weights)
            kept = ir.Value(
                name=moved.name,
                shape=value.shape,
                type=ir.TensorType(ir.DataType.FLOAT16),
                const_value=moved,
            )
            widened = ir.node("Cast", [kept], {"to": ir.DataType.FLOAT})
            graph.insert_before(first, widened)
            ir.convenience.replace_all_uses_with(value, widened.outputs[0])
            del graph.initializers[name]
            widened.outputs[0].name = name
            widened.outputs[0].shape, widened.outputs[0].type = value.shape, value.type
            graph.initializers.add(kept)


def _put(name: str, array: NDArray[Any], kind: Any, weights: IO[bytes]) -> Any:
    """Append an array to the file; return the tensor that refers to it."""
    import onnx_ir as ir  # noqa: PLC0415 (slow to import)

    data = array.tobytes()
    where = weights.tell()
    weights.write(data)
    shape = ir.Shape(array.shape)
    return ir.ExternalTensor(WEIGHTS, where, len(data), kind, shape=shape, name=name)


def _agreement(sam: Any, folder: Path) -> dict[str, float]:
    """Compare the export on ONNX Runtime with segment-anything's own modules."""
    size = sam.image_encoder.img_size
    draw = torch.Generator().manual_seed(0)
    coarse = torch.randn(1, 3, max(2, size // 32), max(2, size // 32), generator=draw)
    picture = nn.functional.interpolate(coarse, (size, size), mode="bilinear")
    points = torch.rand(_POINTS, 2, generator=draw) * size
    with torch.inference_mode():
        sparse, dense = sam.prompt_encoder(
            points=(points[:, None], torch.ones(_POINTS, 1, dtype=torch.int)),
            boxes=None,
            masks=None,
        )
        masks, ratings = sam.mask_decoder(
            image_embeddings=sam.image_encoder(picture),
            image_pe=sam.prompt_encoder.get_dense_pe(),
            sparse_prompt_embeddings=sparse,
            dense_prompt_embeddings=dense,
            multimask_output=True,
        )
    networks = SamNetworks(folder, points_per_batch=_POINTS)
    (embedding,) = networks.embed(picture.numpy())
    ours = networks.decode(embedding, points.numpy())
    threshold = sam.mask_threshold
    return {
        "mask_iou": _mean_iou(masks.numpy() > threshold, ours.logits > threshold),
        "max_rating_difference": float(np.abs(ratings.numpy() - ours.ious).max()),
    }


def _mean_iou(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    """Return the mean IoU over masks [B, K, n, n]; two empty masks agree."""
    common = np.count_nonzero(one & other, axis=(2, 3))
    either = np.count_nonzero(one | other, axis=(2, 3))
    return float(np.where(either > 0, common / np.maximum(either, 1), 1.0).mean())


def _triple(values: torch.Tensor) -> tuple[float, float, float]:
    red, green, blue = (float(value) for value in values.flatten())
    return red, green, blue
