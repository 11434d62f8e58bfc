"""Import of segment-anything where torchvision is missing or does not match torch.

segment-anything uses four functions of torchvision, whose compiled part must match torch's build
exactly and is not published for every build. If `import torchvision.ops` works, it is used. If not,
the functions here replace them, only while segment-anything is imported; no other module sees
them.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image


def import_segment_anything() -> ModuleType:
    """Import segment-anything, with torchvision or its replacement.

    Raises:
        ImportError: segment-anything itself is not installed.
    """
    if "segment_anything" in sys.modules or _torchvision_works():
        return importlib.import_module("segment_anything")
    with _standing_in():
        return importlib.import_module("segment_anything")


def box_area(boxes: torch.Tensor) -> torch.Tensor:
    """Return the areas [N] of boxes, [N, 4] as x0, y0, x1, y1."""
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])


def nms(boxes: torch.Tensor, scores: torch.Tensor, iou_threshold: float) -> torch.Tensor:
    """Apply non-maximum suppression.

    Args:
        boxes: [N, 4] as x0, y0, x1, y1.
        scores: [N].
        iou_threshold: a box is dropped when its IoU with a better kept box exceeds this.

    Returns:
        int64 indices of the kept boxes, the best first.
    """
    areas = box_area(boxes)
    left = torch.argsort(scores, descending=True, stable=True)
    kept = []
    while left.numel():
        best, left = left[0], left[1:]
        kept.append(best)
        upper = torch.maximum(boxes[best, :2], boxes[left, :2])
        lower = torch.minimum(boxes[best, 2:], boxes[left, 2:])
        overlap = (lower - upper).clamp(min=0).prod(dim=1)
        iou = overlap / (areas[best] + areas[left] - overlap)
        left = left[~(iou > iou_threshold)]
    return torch.stack(kept) if kept else torch.empty(0, dtype=torch.int64, device=boxes.device)


def batched_nms(
    boxes: torch.Tensor, scores: torch.Tensor, idxs: torch.Tensor, iou_threshold: float
) -> torch.Tensor:
    """Apply `nms` within each category of `idxs` [N] separately."""
    if boxes.numel() == 0:
        return nms(boxes, scores, iou_threshold)
    # Shifted this far apart, boxes of different categories cannot overlap.
    apart = idxs.to(boxes) * (boxes.max() - boxes.min() + 1)
    return nms(boxes + apart[:, None], scores, iou_threshold)


def to_pil_image(picture: NDArray[np.uint8]) -> Image.Image:
    """Convert uint8 [H, W, 3] to a Pillow image."""
    return Image.fromarray(picture)


def resize(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Resize to `size`, (H, W), bilinearly with antialiasing."""
    return picture.resize(size[::-1], Image.Resampling.BILINEAR)


def _torchvision_works() -> bool:
    before = _torchvision_modules()
    try:
        importlib.import_module("torchvision.ops")
    except Exception:  # a mismatch raises RuntimeError, OSError, AttributeError, ...
        _restore(before)
        return False
    return True


@contextmanager
def _standing_in() -> Iterator[None]:
    before = _torchvision_modules()
    _restore({})
    functions = {
        "torchvision": {},
        "torchvision.ops": {},
        "torchvision.ops.boxes": {"batched_nms": batched_nms, "box_area": box_area},
        "torchvision.transforms": {},
        "torchvision.transforms.functional": {"resize": resize, "to_pil_image": to_pil_image},
    }
    for name, members in functions.items():
        module = ModuleType(name, __doc__)
        vars(module).update(members)
        sys.modules[name] = module
    try:
        yield
    finally:
        _restore(before)


def _torchvision_modules() -> dict[str, ModuleType]:
    return {name: m for name, m in sys.modules.items() if name.split(".")[0] == "torchvision"}


def _restore(modules: dict[str, ModuleType]) -> None:
    for name in _torchvision_modules():
        del sys.modules[name]
    sys.modules.update(modules)
