"""Reading a torch checkpoint without pickle."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch


class CheckpointError(ValueError):
    """A checkpoint that does not fit; the message says what, which file and what to do."""


def read_state_dict(path: str | Path) -> dict[str, torch.Tensor]:
    """Read a checkpoint's tensors by name.

    Accepts a state dict, or one nested under "state_dict" beside the optimiser's, with or without
    the "module." prefix of data-parallel training, as in published RFNet checkpoints.

    Args:
        path: a file that torch.save wrote.

    Raises:
        CheckpointError: the file is missing, truncated, needs pickle or holds no state dict.
    """
    path = Path(path)
    if not path.is_file():
        raise CheckpointError(f"{path}: no such file; give the path of a checkpoint")
    try:
        content: Any = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # zip, unpickling and I/O errors have no common base but this one
        # torch's own message advises to allow pickle.
        reason = (
            "no torch file, or one that holds more than tensors"
            if type(error).__name__ == "UnpicklingError"
            else " ".join(str(error).split()) or type(error).__name__
        )
        raise CheckpointError(
            f"{path}: not a readable checkpoint of tensors ({reason}); fetch it again"
        ) from error
    if isinstance(content, Mapping) and isinstance(content.get("state_dict"), Mapping):
        content = content["state_dict"]
    if not isinstance(content, Mapping) or not all(
        isinstance(key, str) and isinstance(value, torch.Tensor) for key, value in content.items()
    ):
        raise CheckpointError(
            f"{path}: holds no state dict, a mapping of names to tensors; save network.state_dict()"
        )
    return {key.removeprefix("module."): value for key, value in content.items()}
