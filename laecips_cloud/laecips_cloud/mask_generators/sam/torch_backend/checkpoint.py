"""Loading of a SAM checkpoint of any size: the shapes in the file determine the network."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

import torch

from laecips_cloud.mask_generators.generator import MaskGeneratorError
from laecips_cloud.mask_generators.sam.torch_backend.torchvision_stand_in import (
    import_segment_anything,
)
from laecips_cloud.networks.published_checkpoint import CheckpointError, read_state_dict
from laecips_cloud.published_weights.catalogue import ModelError, check_published, weights_path

_HELP: Final = "give a checkpoint of segment-anything (sam_vit_b, sam_vit_l or sam_vit_h)"

# Parameters that do not follow from shapes; equal in every SAM.
_DECODER_HEADS: Final = 8
_PIXEL_MEAN: Final = [123.675, 116.28, 103.53]
_PIXEL_STD: Final = [58.395, 57.12, 57.375]

# Error for a network whose shapes contradict each other.
_ODD: Final = (LookupError, ValueError, TypeError, ArithmeticError, AssertionError, RuntimeError)

Tensors = Mapping[str, torch.Tensor]


def load_sam(path: str | Path) -> torch.nn.Module:
    """Build SAM (Kirillov et al., 2023) for a file and load its weights.

    Args:
        path: a state dict, of which only tensors are read; or a name of `laecips models list` that
            was fetched.

    Returns:
        segment-anything's `Sam` in eval mode, on the CPU.

    Raises:
        MaskGeneratorError: the file is missing, damaged, holds more than tensors, is no complete
            SAM, or has the name of a published file but other content; the message names it and
            says what to do.
        ImportError: segment-anything is not installed.
    """
    try:
        path = weights_path(path)
        if path.is_file():
            check_published(path)
        tensors = read_state_dict(path)
    except (CheckpointError, ModelError, OSError) as error:
        raise MaskGeneratorError(f"mask generator sam: {error}") from error
    try:
        sam = _build(tensors)
    except _ODD as error:
        reason = f"no tensor {error}" if isinstance(error, KeyError) else str(error)
        raise MaskGeneratorError(
            f"mask generator sam: {path}: not a SAM checkpoint ({' '.join(reason.split())}); "
            f"{_HELP}"
        ) from error
    try:
        sam.load_state_dict(tensors)
    except RuntimeError as error:
        raise MaskGeneratorError(
            f"mask generator sam: {path}: {_misfit(sam, tensors)}; {_HELP}"
        ) from error
    return sam.eval()


def _build(tensors: Tensors) -> torch.nn.Module:
    modeling = import_segment_anything().modeling
    grid = tensors["image_encoder.pos_embed"].shape[1]
    patch = tensors["image_encoder.patch_embed.proj.weight"].shape[-1]
    image_size = grid * patch
    embedding = tensors["prompt_encoder.no_mask_embed.weight"].shape[1]
    return modeling.Sam(
        image_encoder=modeling.ImageEncoderViT(
            img_size=image_size, patch_size=patch, **_encoder_arguments(tensors, grid)
        ),
        prompt_encoder=modeling.PromptEncoder(
            embed_dim=embedding,
            image_embedding_size=(grid, grid),
            input_image_size=(image_size, image_size),
            mask_in_chans=tensors["prompt_encoder.mask_downscaling.3.weight"].shape[0],
        ),
        mask_decoder=_build_decoder(modeling, tensors, embedding),
        pixel_mean=_PIXEL_MEAN,
        pixel_std=_PIXEL_STD,
    )


def _encoder_arguments(tensors: Tensors, grid: int) -> dict[str, Any]:
    """Return width, depth, heads and windows; a block is global if its positions span the grid."""
    depth = _count(tensors, "image_encoder.blocks.")
    positions = [tensors[f"image_encoder.blocks.{i}.attn.rel_pos_h"].shape for i in range(depth)]
    spans = [(length + 1) // 2 for length, _ in positions]
    width = tensors["image_encoder.pos_embed"].shape[-1]
    return {
        "embed_dim": width,
        "depth": depth,
        "num_heads": width // positions[0][1],
        "mlp_ratio": tensors["image_encoder.blocks.0.mlp.lin1.weight"].shape[0] / width,
        "norm_layer": partial(torch.nn.LayerNorm, eps=1e-6),
        "qkv_bias": "image_encoder.blocks.0.attn.qkv.bias" in tensors,
        "use_rel_pos": True,
        "window_size": min(spans),
        "global_attn_indexes": tuple(i for i, span in enumerate(spans) if span == grid),
        "out_chans": tensors["image_encoder.neck.0.weight"].shape[0],
    }


def _build_decoder(modeling: Any, tensors: Tensors, embedding: int) -> torch.nn.Module:
    layer = "mask_decoder.transformer.layers.0"
    attention = tensors[f"{layer}.cross_attn_token_to_image.q_proj.weight"]
    iou_head = "mask_decoder.iou_prediction_head.layers."
    return modeling.MaskDecoder(
        num_multimask_outputs=tensors["mask_decoder.mask_tokens.weight"].shape[0] - 1,
        transformer=modeling.TwoWayTransformer(
            depth=_count(tensors, "mask_decoder.transformer.layers."),
            embedding_dim=embedding,
            num_heads=_DECODER_HEADS,
            mlp_dim=tensors[f"{layer}.mlp.lin1.weight"].shape[0],
            attention_downsample_rate=embedding // attention.shape[0],
        ),
        transformer_dim=embedding,
        iou_head_depth=_count(tensors, iou_head),
        iou_head_hidden_dim=tensors[f"{iou_head}0.weight"].shape[0],
    )


def _count(tensors: Tensors, prefix: str) -> int:
    """Return the number of numbered children below `prefix`; KeyError if there are none."""
    numbers = {
        name.removeprefix(prefix).split(".")[0] for name in tensors if name.startswith(prefix)
    }
    if not numbers:
        raise KeyError(f"{prefix}0")
    return len(numbers)


def _misfit(sam: torch.nn.Module, tensors: Tensors) -> str:
    """Name the first tensor that does not fit, and count the others."""
    expected = sam.state_dict()
    problems = [f"{name} is missing" for name in expected.keys() - tensors.keys()]
    problems += [f"{name} is not SAM's" for name in tensors.keys() - expected.keys()]
    problems += [
        f"{name} is {list(tensors[name].shape)} instead of {list(expected[name].shape)}"
        for name in expected.keys() & tensors.keys()
        if tensors[name].shape != expected[name].shape
    ]
    more = f" and {len(problems) - 1} more" if len(problems) > 1 else ""
    return f"{min(problems)}{more}"
