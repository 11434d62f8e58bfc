"""SAM's prompt encoder and mask decoder for many points on one picture, in fewer operations.

The function is that of the decoder of Kirillov et al. (2023), for point prompts alone:

- what depends on the picture alone is computed once per call, not once per point: the keys, values
  and queries of the first layer;
- the tokens are few (7, in 8 heads), the picture's places are many (64 x 64): the projections of
  the places are therefore multiplied into the tokens' side, and are not computed for each point;
- the two transposed convolutions have a stride equal to the kernel size: they are matrix products,
  and the pixels are reordered once, at the end, when only masks are left to reorder;
- the first of the four masks, for unambiguous prompts, is not computed.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

Tensor = torch.Tensor


class SamDecoder(nn.Module):
    """Network from an embedding and points to masks of one picture.

    Args:
        sam: segment-anything's `Sam`; its modules are shared, not copied.
    """

    pe: Tensor
    output_tokens: Tensor
    foreground: Tensor
    no_point: Tensor
    frequencies: Tensor

    def __init__(self, sam: Any) -> None:
        super().__init__()
        prompts, decoder = sam.prompt_encoder, sam.mask_decoder
        self.grid: tuple[int, int] = prompts.image_embedding_size
        self.size = float(sam.image_encoder.img_size)
        self.masks = int(decoder.num_multimask_outputs)
        with torch.no_grad():
            pe = prompts.get_dense_pe().flatten(2).transpose(1, 2)
            output_tokens = torch.cat([decoder.iou_token.weight, decoder.mask_tokens.weight])
            foreground = prompts.point_embeddings[1].weight
        self.register_buffer("pe", pe.clone())  # [1, T, C]
        self.register_buffer("output_tokens", output_tokens.clone()[None])  # [1, 1 + masks + 1, C]
        self.register_buffer("foreground", foreground.clone()[None])  # [1, 1, C]
        # SAM adds a padding point to points without a box.
        self.register_buffer("no_point", prompts.not_a_point_embed.weight.detach().clone()[None])
        self.register_buffer(
            "frequencies", prompts.pe_layer.positional_encoding_gaussian_matrix.clone()
        )
        first, *others = decoder.transformer.layers
        self.first = _FirstLayer(first, pe)
        self.layers = nn.ModuleList([_Layer(layer) for layer in others])
        self.final = _TokensToImage(decoder.transformer.final_attn_token_to_image)
        self.norm = decoder.transformer.norm_final_attn
        self.iou_head = decoder.iou_prediction_head
        self.hyper = nn.ModuleList(decoder.output_hypernetworks_mlps[1:])
        self.upscale = _Upscale(decoder.output_upscaling)

    def forward(self, embedding: Tensor, points: Tensor) -> tuple[Tensor, Tensor]:
        """Return masks for each point.

        Args:
            embedding: [1, T, C], from `SamEncoder`.
            points: [B, 2] as x, y in pixels of the encoder's picture.

        Returns:
            Logits of the masks [B, 3, 4 h, 4 w] with h x w = T, and SAM's predicted IoU of each,
            [B, 3].
        """
        prompts = self._tokens(points)
        tokens, keys = self.first(prompts, embedding)
        for layer in self.layers:
            tokens, keys = layer(tokens, keys, prompts, self.pe)
        tokens = self.norm(tokens + self.final(tokens + prompts, keys + self.pe, keys))
        ious = self.iou_head(tokens[:, 0])[:, 1:]
        weights = torch.stack([mlp(tokens[:, 2 + i]) for i, mlp in enumerate(self.hyper)], dim=1)
        logits = weights @ self.upscale(keys).transpose(1, 2)  # [B, 3, T * 16]
        rows, columns = self.grid
        logits = logits.reshape(-1, self.masks, rows, columns, 2, 2, 2, 2)
        logits = logits.permute(0, 1, 2, 4, 6, 3, 5, 7)
        return logits.reshape(-1, self.masks, 4 * rows, 4 * columns), ious

    def _tokens(self, points: Tensor) -> Tensor:
        """Return [B, N, C]: the decoder's own tokens, the point and the padding point."""
        places = 2 * ((points + 0.5) / self.size) - 1
        angles = (2 * torch.pi) * (places @ self.frequencies)
        point = torch.cat([angles.sin(), angles.cos()], dim=-1)[:, None] + self.foreground
        # Adding zeros repeats the tokens for each point, for any number of points.
        nothing = torch.zeros_like(point)
        return torch.cat([self.output_tokens + nothing, point, self.no_point + nothing], dim=1)


class _FirstLayer(nn.Module):
    """The first layer, whose keys depend on the picture alone."""

    pe: Tensor

    def __init__(self, layer: Any, pe: Tensor) -> None:
        super().__init__()
        self.layer = layer
        self.reads = layer.cross_attn_token_to_image
        self.writes = layer.cross_attn_image_to_token
        self.heads = int(self.reads.num_heads)
        self.values_out = _ValuesOut(self.writes)
        self.register_buffer("pe", pe.clone())

    def forward(self, prompts: Tensor, image: Tensor) -> tuple[Tensor, Tensor]:
        """Map tokens [B, N, C] and the picture [1, T, C] to tokens and keys [B, T, C]."""
        layer, count = self.layer, prompts.shape[1]
        placed = image + self.pe
        tokens = layer.norm1(layer.self_attn(q=prompts, k=prompts, v=prompts))
        # Tokens to image: [h, B*N, d] and [h, T, d].
        queries = self._by_head(self.reads.q_proj(tokens + prompts))
        keys = self._by_head(self.reads.k_proj(placed))
        values = self._by_head(self.reads.v_proj(image))
        scale = keys.shape[-1] ** -0.5
        attention = ((queries * scale) @ keys.transpose(1, 2)).softmax(dim=-1)
        read = (attention @ values).transpose(0, 1).reshape(-1, count, self.reads.internal_dim)
        tokens = layer.norm2(tokens + self.reads.out_proj(read))
        tokens = layer.norm3(tokens + layer.mlp(tokens))
        # Image to tokens: as [h, B*N, T], so that long rows are contiguous.
        keys = self._by_head(self.writes.k_proj(tokens + prompts))
        queries = self._by_head(self.writes.q_proj(placed))
        logits = (keys * scale) @ queries.transpose(1, 2)
        logits = logits.reshape(self.heads, -1, count, image.shape[1])
        attention = logits.softmax(dim=2).transpose(0, 1)
        attention = attention.reshape(-1, self.heads * count, image.shape[1])
        written = attention.transpose(1, 2) @ self.values_out(tokens) + self.writes.out_proj.bias
        return tokens, layer.norm4(image + written)

    def _by_head(self, x: Tensor) -> Tensor:
        """Reorder [B, N, h * d] to [h, B * N, d]."""
        return x.reshape(-1, self.heads, x.shape[-1] // self.heads).transpose(0, 1)


class _Layer(nn.Module):
    """A further layer, whose keys differ for each point."""

    def __init__(self, layer: Any) -> None:
        super().__init__()
        self.layer = layer
        self.reads = _TokensToImage(layer.cross_attn_token_to_image)
        self.writes = _ImageToTokens(layer.cross_attn_image_to_token)

    def forward(
        self, tokens: Tensor, keys: Tensor, prompts: Tensor, pe: Tensor
    ) -> tuple[Tensor, Tensor]:
        layer, placed = self.layer, keys + pe
        asked = tokens + prompts
        tokens = layer.norm1(tokens + layer.self_attn(q=asked, k=asked, v=tokens))
        tokens = layer.norm2(tokens + self.reads(tokens + prompts, placed, keys))
        tokens = layer.norm3(tokens + layer.mlp(tokens))
        return tokens, layer.norm4(keys + self.writes(tokens + prompts, tokens, placed))


class _TokensToImage(nn.Module):
    """Attention of N tokens to T places, with the places' projections on the tokens' side."""

    key_weight: Tensor
    value_weight: Tensor

    def __init__(self, attention: Any) -> None:
        super().__init__()
        self.heads = int(attention.num_heads)
        self.q_proj, self.out_proj = attention.q_proj, attention.out_proj
        with torch.no_grad():
            keys = _split(attention.k_proj.weight, self.heads)  # [h, d, C]
            # The keys' bias adds the same value to all places, which softmax cancels.
            self.register_buffer("key_weight", keys * keys.shape[1] ** -0.5)
            values = _split(attention.v_proj.weight, self.heads).transpose(1, 2)
            self.register_buffer("value_weight", values.contiguous())  # [h, C, d]
        self.value_bias = attention.v_proj.bias

    def forward(self, tokens: Tensor, placed: Tensor, keys: Tensor) -> Tensor:
        """Map tokens [B, N, C] and places [B, T, C], with and without position, to [B, N, C]."""
        count, channels = tokens.shape[1], tokens.shape[2]
        queries = _heads(self.q_proj(tokens), self.heads) @ self.key_weight  # [B, h, N, C]
        queries = queries.reshape(-1, self.heads * count, channels)
        attention = (queries @ placed.transpose(1, 2)).softmax(dim=-1)
        read = (attention @ keys).reshape(-1, self.heads, count, channels) @ self.value_weight
        read = read.transpose(1, 2).reshape(-1, count, self.value_bias.shape[0])
        return self.out_proj(read + self.value_bias)


class _ImageToTokens(nn.Module):
    """Attention of T places to N tokens, with the places' projections on the tokens' side."""

    query_weight: Tensor
    query_bias: Tensor

    def __init__(self, attention: Any) -> None:
        super().__init__()
        self.heads = int(attention.num_heads)
        self.k_proj = attention.k_proj
        self.values_out = _ValuesOut(attention)
        with torch.no_grad():
            queries = _split(attention.q_proj.weight, self.heads)  # [h, d, C]
            scale = queries.shape[1] ** -0.5
            self.register_buffer("query_weight", queries * scale)
            bias = attention.q_proj.bias.reshape(self.heads, -1, 1) * scale
            self.register_buffer("query_bias", bias.clone())  # [h, d, 1]
        self.bias = attention.out_proj.bias

    def forward(self, placed_tokens: Tensor, tokens: Tensor, placed: Tensor) -> Tensor:
        """Map places [B, T, C] to [B, T, C]; tokens [B, N, C] with and without their prompts."""
        count, channels = tokens.shape[1], tokens.shape[2]
        keys = _heads(self.k_proj(placed_tokens), self.heads)  # [B, h, N, d]
        absorbed = (keys @ self.query_weight).reshape(-1, self.heads * count, channels)
        shift = (keys @ self.query_bias).reshape(-1, self.heads * count, 1)
        logits = absorbed @ placed.transpose(1, 2) + shift  # [B, h * N, T]
        places = placed.shape[1]
        attention = logits.reshape(-1, self.heads, count, places).softmax(dim=2)
        attention = attention.reshape(-1, self.heads * count, places)
        return attention.transpose(1, 2) @ self.values_out(tokens) + self.bias


class _ValuesOut(nn.Module):
    """The tokens' values, already multiplied by the output projection, head by head."""

    out_weight: Tensor

    def __init__(self, attention: Any) -> None:
        super().__init__()
        self.heads = int(attention.num_heads)
        self.v_proj = attention.v_proj
        with torch.no_grad():
            weight = _split(attention.out_proj.weight.transpose(0, 1), self.heads)
            self.register_buffer("out_weight", weight.contiguous())  # [h, d, C]

    def forward(self, tokens: Tensor) -> Tensor:
        """Map [B, N, C] to [B, h * N, C]."""
        values = _heads(self.v_proj(tokens), self.heads) @ self.out_weight
        return values.reshape(-1, self.heads * tokens.shape[1], tokens.shape[2])


class _Upscale(nn.Module):
    """Upscaling of places [B, T, C] by 4 along each side, to [B, T * 16, C / 8]."""

    def __init__(self, upscaling: Any) -> None:
        super().__init__()
        first, norm, _, second, _ = upscaling
        with torch.no_grad():
            self.first_weight, self.first_bias = _as_product(first)
            self.second_weight, self.second_bias = _as_product(second)
        self.weight, self.bias, self.eps = norm.weight, norm.bias, norm.eps

    def forward(self, keys: Tensor) -> Tensor:
        """Upscale; a place's 16 parts are ordered by row, column, row within, column within."""
        channels = self.weight.shape[0]
        x = (keys @ self.first_weight + self.first_bias).reshape(-1, 4 * keys.shape[1], channels)
        x = F.gelu(F.layer_norm(x, (channels,), self.weight, self.bias, self.eps))
        x = F.gelu(x @ self.second_weight + self.second_bias)
        return x.reshape(-1, 16 * keys.shape[1], x.shape[2] // 4)


def _as_product(convolution: nn.ConvTranspose2d) -> tuple[nn.Parameter, nn.Parameter]:
    """Return weight [C, 4 * D] and bias [4 * D] of a transposed 2x2 convolution, stride 2."""
    weight = convolution.weight.permute(0, 2, 3, 1).reshape(convolution.in_channels, -1)
    if convolution.bias is None:
        raise ValueError("its transposed convolutions have no bias: not a decoder of SAM")
    return (
        nn.Parameter(weight.clone(), requires_grad=False),
        nn.Parameter(convolution.bias.repeat(4), requires_grad=False),
    )


def _split(weight: Tensor, heads: int) -> Tensor:
    """Split [h * d, C] into [h, d, C]."""
    return weight.reshape(heads, -1, weight.shape[1])


def _heads(x: Tensor, heads: int) -> Tensor:
    """Split [B, N, h * d] into [B, h, N, d]."""
    return x.reshape(-1, x.shape[1], heads, x.shape[2] // heads).transpose(1, 2)
