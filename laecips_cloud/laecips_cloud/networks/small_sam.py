"""A small SAM: the classes of segment-anything, sizes for one core of a processor.

Kirillov et al. (2023) look at 1024 pixels with a ViT of 90 million weights and more. Here the
picture has 256, cut into patches of 8, and all weights fit into 10 MB of float16: SAM's masks come
out at four times its grid, so that 32 x 32 places give masks of 128 x 128.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

import torch
from torch import Tensor, nn

from laecips_cloud.mask_generators.torchvision_stand_in import import_segment_anything

_HEADS_OF_DECODER: Final = 8  # in every SAM: no shape tells it
_PIXEL_MEAN: Final = [123.675, 116.28, 103.53]
_PIXEL_STD: Final = [58.395, 57.12, 57.375]


@dataclass(frozen=True, kw_only=True)
class SmallSamSizes:
    """How large it is. Checked at construction.

    Attributes:
        grid: places along each side; the masks have four times as many.
        patch: pixels along each side of a place.
        width: channels of the image encoder.
        depth: its blocks; every third one sees the whole picture, the others a window.
        heads: of its attention.
        window: places along each side of a window.
        channels: of the embedding and the decoder, a multiple of 16.

    Raises:
        ValueError: names the size that is out of range.
    """

    grid: int = 32
    patch: int = 8
    width: int = 160
    depth: int = 6
    heads: int = 5
    window: int = 8
    channels: int = 64

    def __post_init__(self) -> None:
        for name, bad in [
            ("grid", self.grid < 2),
            ("patch", self.patch < 1),
            ("width", self.width < 1),
            ("depth", self.depth < 1),
            ("heads", self.heads < 1 or self.width % max(1, self.heads) > 0),
            ("window", not 1 <= self.window < self.grid),
            ("channels", self.channels < 16 or self.channels % 16 > 0),
        ]:
            if bad:
                raise ValueError(f"small SAM: {name} is {getattr(self, name)}: out of range")

    @property
    def picture(self) -> int:
        """Pixels along each side of what the encoder sees."""
        return self.grid * self.patch

    @property
    def mask(self) -> int:
        """Pixels along each side of the masks that the decoder gives."""
        return 4 * self.grid


class Answer(NamedTuple):
    """What the network says to N points on each of P pictures.

    Attributes:
        embeddings: [P, C, grid, grid], of the pictures.
        logits: [P, N, 3, mask, mask], above 0 inside.
        ious: [P, N, 3], its own guess at the IoU of each mask.
    """

    embeddings: Tensor
    logits: Tensor
    ious: Tensor


def small_sam(sizes: SmallSamSizes, *, seed: int = 0) -> Any:
    """Builds one with random weights.

    Args:
        sizes: see `SmallSamSizes`.
        seed: of the weights; torch's own source of chance is left as it is.

    Returns:
        segment-anything's `Sam` in training mode; its state dict is a checkpoint that the mask
        generator `sam` and `laecips models export-sam` take.

    Raises:
        ImportError: segment-anything is not installed.
    """
    modeling = import_segment_anything().modeling
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        sam = modeling.Sam(
            image_encoder=modeling.ImageEncoderViT(
                img_size=sizes.picture,
                patch_size=sizes.patch,
                embed_dim=sizes.width,
                depth=sizes.depth,
                num_heads=sizes.heads,
                norm_layer=partial(nn.LayerNorm, eps=1e-6),
                use_rel_pos=True,
                window_size=sizes.window,
                global_attn_indexes=tuple(range(min(2, sizes.depth - 1), sizes.depth, 3)),
                out_chans=sizes.channels,
            ),
            prompt_encoder=modeling.PromptEncoder(
                embed_dim=sizes.channels,
                image_embedding_size=(sizes.grid, sizes.grid),
                input_image_size=(sizes.picture, sizes.picture),
                mask_in_chans=16,
            ),
            mask_decoder=modeling.MaskDecoder(
                transformer=modeling.TwoWayTransformer(
                    depth=2,
                    embedding_dim=sizes.channels,
                    num_heads=_HEADS_OF_DECODER,
                    mlp_dim=4 * sizes.channels,
                    # SAM halves the channels here; half of these few tell too few places apart.
                    attention_downsample_rate=1,
                ),
                transformer_dim=sizes.channels,
                iou_head_hidden_dim=sizes.channels,
            ),
            pixel_mean=_PIXEL_MEAN,
            pixel_std=_PIXEL_STD,
        )
        nn.init.trunc_normal_(sam.image_encoder.pos_embed, std=0.02)  # SAM's are zero: to be loaded
    return sam


def ask(sam: Any, pictures: Tensor, points: Tensor) -> Answer:
    """Three masks for each of some points, on several pictures at once, with gradients.

    segment-anything's own decoder takes one picture at a time.

    Args:
        sam: segment-anything's `Sam`.
        pictures: [P, 3, h, w] in 0..255, the longer side as long as the encoder's picture.
        points: [P, N, 2] as x, y in pixels of it.
    """
    prompts, decoder = sam.prompt_encoder, sam.mask_decoder
    count = points.shape[1]
    embeddings = sam.image_encoder(sam.preprocess(pictures))
    flat = points.reshape(-1, 1, 2)
    labels = torch.ones(flat.shape[:2], dtype=torch.int, device=flat.device)
    sparse, dense = prompts(points=(flat, labels), boxes=None, masks=None)
    own = torch.cat([decoder.iou_token.weight, decoder.mask_tokens.weight])
    tokens = torch.cat([own.expand(len(flat), -1, -1), sparse], dim=1)
    image = embeddings.repeat_interleave(count, dim=0) + dense
    places = prompts.get_dense_pe().expand(len(flat), -1, -1, -1)
    tokens, image = decoder.transformer(image, places, tokens)
    image = image.transpose(1, 2).reshape(len(flat), -1, *embeddings.shape[2:])
    pixels = decoder.output_upscaling(image)
    heads = decoder.output_hypernetworks_mlps[1:]  # the first is for prompts of several points
    weights = torch.stack([head(tokens[:, 2 + i]) for i, head in enumerate(heads)], dim=1)
    logits = (weights @ pixels.flatten(2)).reshape(-1, count, len(heads), *pixels.shape[2:])
    ious = decoder.iou_prediction_head(tokens[:, 0])[:, 1:]
    return Answer(embeddings, logits, ious.reshape(-1, count, len(heads)))


def megabytes(sam: nn.Module) -> float:
    """Of all weights in float16, in millions of bytes."""
    return sum(weight.numel() for weight in sam.state_dict().values()) * 2 / 1e6


def save_half(sam: nn.Module, path: str | Path) -> None:
    """Writes a checkpoint in float16, which the mask generator `sam` widens as it loads it.

    Raises:
        ValueError: a weight is not finite, or does not fit.
    """
    halves = {name: weight.detach().cpu().half() for name, weight in sam.state_dict().items()}
    for name, weight in halves.items():
        if not weight.isfinite().all():
            raise ValueError(f"{path}: {name} does not fit into float16: the training has diverged")
    torch.save(halves, path)
