"""Loading a torch checkpoint into a network, strictly and without pickle."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

# How many keys of a list an error message shows.
_SHOWN = 3


class CheckpointError(ValueError):
    """A checkpoint that does not fit; the message says what, which file and what to do."""


def load_checkpoint(path: str | Path, network: nn.Module) -> None:
    """Load a checkpoint; leave the network unchanged if anything does not fit.

    Accepts a state dict, or one nested under "state_dict" beside the optimiser's, with or without
    the "module." prefix of data-parallel training, as in published RFNet checkpoints.

    Args:
        path: a file that torch.save wrote.
        network: of the same architecture, width and number of classes.

    Raises:
        CheckpointError: the file is missing, truncated or needs pickle, or its keys or shapes do
            not fit the network.
    """
    path = Path(path)
    weights = read_state_dict(path)
    wanted = network.state_dict()
    missing = [key for key in wanted if key not in weights]
    unexpected = [key for key in weights if key not in wanted]
    if missing or unexpected:
        raise CheckpointError(
            f"{path}: {_some(missing)} missing, {_some(unexpected)} unexpected for "
            f"{type(network).__name__}; take a checkpoint of this architecture"
        )
    other = [key for key in wanted if weights[key].shape != wanted[key].shape]
    if other:
        key = other[0]
        raise CheckpointError(
            f"{path}: {key} is {list(weights[key].shape)}, {type(network).__name__} has "
            f"{list(wanted[key].shape)} ({len(other)} such); make the network with the "
            "checkpoint's classes and width"
        )
    network.load_state_dict(weights, strict=True)


def read_state_dict(path: str | Path) -> dict[str, torch.Tensor]:
    """Read a checkpoint's tensors by name; forms as in `load_checkpoint`.

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


def _some(keys: list[str]) -> str:
    if not keys:
        return "none"
    more = f", ... ({len(keys)} in all)" if len(keys) > _SHOWN else ""
    return ", ".join(keys[:_SHOWN]) + more
