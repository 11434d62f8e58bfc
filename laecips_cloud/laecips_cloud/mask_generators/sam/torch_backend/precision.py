"""Lower precision for SAM's image encoder; the rest stays in float32."""

from __future__ import annotations

from typing import Any, Final

import torch

from laecips_cloud.mask_generators.generator import MaskGeneratorError
from laecips_cloud.mask_generators.sam.options import check_precision

_TYPES: Final = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


def place(sam: Any, *, device: str, precision: str) -> None:
    """Move SAM to a device, and its image encoder to a precision.

    The encoder holds nearly all weights and work. Prompts, masks and ratings stay in float32, so
    that coordinates are exact and thresholds keep their meaning.

    Args:
        sam: segment-anything's `Sam`; changed in place.
        device: torch's name of the device.
        precision: fp32, bf16 or fp16.

    Raises:
        MaskGeneratorError: the device does not exist, or does not support the precision.
    """
    check_precision(precision, device)
    try:
        if precision != "fp32":
            sam.image_encoder = _Narrow(sam.image_encoder, _TYPES[precision])
        sam.to(device)
    except (RuntimeError, AssertionError) as error:
        raise MaskGeneratorError(
            f"mask generator sam: device {device!r} cannot be used ({_first_line(error)}); take cpu"
        ) from error
    if precision != "fp32":
        _try(device, precision)


class _Narrow(torch.nn.Module):
    """An image encoder in another floating point type, with float32 input and output."""

    def __init__(self, encoder: Any, kind: torch.dtype) -> None:
        super().__init__()
        self._encoder = encoder.to(kind)
        self._kind = kind
        self.img_size = encoder.img_size

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """Map pictures, float32 [B, 3, S, S], to embeddings, float32 [B, C, S/16, S/16]."""
        embedded: torch.Tensor = self._encoder(pictures.to(self._kind))
        return embedded.float()


def _try(device: str, precision: str) -> None:
    """Test the encoder's operations on a device: some devices list a type but cannot use it."""
    some = torch.ones(4, 4, 4, 4, dtype=_TYPES[precision], device=device)
    try:
        seen = torch.nn.functional.conv2d(some, some[..., 1:, 1:], padding=1).softmax(dim=-1) @ some
        torch.nn.functional.layer_norm(seen, (4,)).sum().item()
    except RuntimeError as error:
        raise MaskGeneratorError(
            f"mask generator sam: device {device!r} has no {precision} ({_first_line(error)}); "
            "take fp32"
        ) from error


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
