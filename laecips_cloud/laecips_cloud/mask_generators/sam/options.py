"""Options of SAM's automatic masks, and their bounds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from laecips_cloud.mask_generators.generator import MaskGeneratorError

PRECISIONS: Final = ("fp32", "bf16", "fp16")

# Names and meanings are segment-anything's; the upper bounds are beyond any known use.
_BOUNDS: Final[Mapping[str, tuple[float, float]]] = {
    "points_per_side": (1, 512),
    "points_per_batch": (1, 65536),
    "pred_iou_thresh": (0, 1),
    "stability_score_thresh": (0, 1),
    "stability_score_offset": (0, 1e6),
    "box_nms_thresh": (0, 1),
    "crop_n_layers": (0, 4),
    "crop_nms_thresh": (0, 1),
    "crop_overlap_ratio": (0, 1),
    "crop_n_points_downscale_factor": (1, 512),
    "min_mask_region_area": (0, 1 << 30),
    "max_side": (64, 8192),
}


def check_options(options: Mapping[str, float], generator: str = "sam") -> None:
    """Refuse options that are out of range or contradict each other.

    Args:
        options: values by name, among those in `_BOUNDS`; must include points and crops.
        generator: name of the mask generator, for the message.

    Raises:
        MaskGeneratorError: names the option, its value and the allowed range.
    """
    for name, value in options.items():
        low, high = _BOUNDS[name]
        if not low <= value <= high:
            raise MaskGeneratorError(
                f"mask generator {generator}: {name} is {value}, it must lie in {low:g} to {high:g}"
            )
    side, layers = options["points_per_side"], options["crop_n_layers"]
    factor = options["crop_n_points_downscale_factor"]
    if factor**layers > side:
        raise MaskGeneratorError(
            f"mask generator {generator}: crop_n_points_downscale_factor is {factor}: with "
            f"{layers} layers of crops no point of {side} a side is left; take less, or fewer "
            "crop_n_layers"
        )


def check_precision(precision: str, device: str) -> None:
    """Refuse a precision that is unknown, or that this kind of device does not support.

    Raises:
        MaskGeneratorError: names precision and device, and says what to use.
    """
    if precision not in PRECISIONS:
        raise MaskGeneratorError(
            f"mask generator sam: precision {precision!r} is not known: take one of "
            f"{', '.join(PRECISIONS)}"
        )
    if precision == "fp16" and device.partition(":")[0] == "cpu":
        raise MaskGeneratorError(
            "mask generator sam: precision fp16 is for GPUs; on a CPU take fp32, or bf16 where the "
            "processor has it"
        )
