"""SAM's image encoder for the export: the same function, with less memory.

In global attention 4096 places attend to 4096 places in 12 heads or more, which needs several
arrays of 0.8 GB. Here the attention is computed for a few rows of the picture at a time.
"""

from __future__ import annotations

from typing import Any, Final

import torch
from torch import nn

Tensor = torch.Tensor

_ROWS: Final = 4


class SamEncoder(nn.Module):
    """Network from pictures to embeddings.

    Args:
        sam: segment-anything's `Sam`; its modules are shared, not copied.
    """

    no_mask: Tensor

    def __init__(self, sam: Any) -> None:
        super().__init__()
        encoder = sam.image_encoder
        self.patch_embed, self.pos_embed = encoder.patch_embed, encoder.pos_embed
        self.neck = encoder.neck
        self.blocks = nn.ModuleList(encoder.blocks)
        self.everywhere = nn.ModuleDict(
            {
                str(index): _AttentionByRows(block.attn)
                for index, block in enumerate(encoder.blocks)
                if block.window_size == 0
            }
        )
        no_mask = sam.prompt_encoder.no_mask_embed.weight.detach().clone()
        self.register_buffer("no_mask", no_mask[None])  # [1, 1, C]

    def forward(self, picture: Tensor) -> Tensor:
        """Return the embeddings of pictures.

        Args:
            picture: [P, 3, S, S], normalised, zero where there is no picture.

        Returns:
            [P, T, C], the embedding of each place plus that of "no mask": the decoder's input.
        """
        x = self.patch_embed(picture)
        if self.pos_embed is not None:
            x = x + self.pos_embed
        block: Any
        for index, block in enumerate(self.blocks):
            if str(index) in self.everywhere:
                x = x + self.everywhere[str(index)](block.norm1(x))
                x = x + block.mlp(block.norm2(x))
            else:
                x = block(x)
        x = self.neck(x.permute(0, 3, 1, 2))
        return x.flatten(2).transpose(1, 2) + self.no_mask


class _AttentionByRows(nn.Module):
    """Attention with decomposed relative positions over a square grid, a few rows at a time."""

    row_positions: Tensor
    column_positions: Tensor

    def __init__(self, attention: Any) -> None:
        super().__init__()
        self.heads = int(attention.num_heads)
        self.qkv, self.proj, self.scale = attention.qkv, attention.proj, attention.scale
        self.relative = bool(attention.use_rel_pos)
        if self.relative:
            with torch.no_grad():
                self.register_buffer("row_positions", _between(attention.rel_pos_h))
                self.register_buffer("column_positions", _between(attention.rel_pos_w))

    def forward(self, x: Tensor) -> Tensor:
        """Map [P, H, W, C] to [P, H, W, C]."""
        pictures, height, width, channels = x.shape
        places, depth = height * width, channels // self.heads
        qkv = self.qkv(x).reshape(pictures, places, 3, self.heads, depth).permute(2, 0, 3, 1, 4)
        queries, keys, values = qkv[0], qkv[1].transpose(2, 3), qkv[2]
        parts = []
        for first in range(0, height, _ROWS):
            rows = min(_ROWS, height - first)
            mine = queries[:, :, first * width : (first + rows) * width]  # [P, h, rows * W, d]
            logits = (mine * self.scale) @ keys
            if self.relative:
                logits = self._add_positions(logits, mine, first, (rows, height, width))
            part = logits.softmax(dim=-1) @ values
            parts.append(part.transpose(1, 2).reshape(pictures, rows * width, channels))
        return self.proj(torch.cat(parts, dim=1)).reshape(pictures, height, width, channels)

    def _add_positions(
        self, logits: Tensor, mine: Tensor, first: int, shape: tuple[int, int, int]
    ) -> Tensor:
        pictures, (rows, height, width) = mine.shape[0], shape  # len() would export a constant
        grid = mine.reshape(pictures, self.heads, rows, width, -1)
        table = self.row_positions[first : first + rows].transpose(1, 2)  # [rows, d, H]
        of_rows = (grid @ table)[..., None]  # [P, h, rows, W, H, 1]
        across = grid.transpose(2, 3) @ self.column_positions.transpose(1, 2)  # [P, h, W, rows, W]
        of_columns = across.transpose(2, 3)[..., None, :]  # [P, h, rows, W, 1, W]
        logits = logits.reshape(pictures, self.heads, rows, width, height, width)
        # Add one after the other, in place: engines then need no third array of this size.
        logits = logits + of_rows + of_columns
        return logits.reshape(pictures, self.heads, rows * width, height * width)


def _between(positions: Tensor) -> Tensor:
    """Turn a table by difference, [2 n - 1, d], into one by both places, [n, n, d]."""
    places = torch.arange((len(positions) + 1) // 2)
    return positions[places[:, None] - places[None, :] + len(places) - 1].clone()
