"""Import of torchvision where its compiled part does not match torch's build.

Then `import torchvision` fails, because it describes operators that were not registered.
segmentation-models-pytorch and timm need its Python code alone. So the operators are declared,
without an implementation: calling one is still an error.
"""

from __future__ import annotations

import importlib
from typing import Final

import torch

_DECLARATIONS: Final = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)
_DECLARED: list[torch.library.Library] = []  # they last as long as this object


def import_torchvision() -> None:
    """Import torchvision, and declare its operators if they are missing.

    Raises:
        ImportError: torchvision is not installed, or it fails with declared operators, too.
    """
    try:
        importlib.import_module("torchvision")
    except RuntimeError:
        try:
            if not _DECLARED:
                _DECLARED.append(_declared())
            importlib.import_module("torchvision")
        except RuntimeError as error:
            raise ImportError(
                f"torchvision {error}; install the build for torch {torch.__version__}"
            ) from error


def _declared() -> torch.library.Library:
    library = torch.library.Library("torchvision", "DEF")
    for declaration in _DECLARATIONS:
        library.define(declaration)
    return library
