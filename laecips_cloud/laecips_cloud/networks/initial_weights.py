"""Weights to begin a training with: those of a file that fit a network, such as an encoder's."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn

from laecips_cloud.networks.published_checkpoint import CheckpointError, read_state_dict


def take_weights(path: str | Path, network: nn.Module) -> tuple[int, int]:
    """Copy a file's weights into the part of a network that they fit best.

    The part is the whole network or one of its modules, such as its encoder. Weights that it lacks,
    and those of another shape, are left out: the file's classes may be others.

    Args:
        path: a file of safetensors, or one that torch.save wrote; forms as in `read_state_dict`.
        network: changed in place.

    Returns:
        The number of weights that were taken, and of those in the file.

    Raises:
        CheckpointError: the file cannot be read, or fewer than half of its weights fit.
    """
    path = Path(path)
    given = _read(path)
    wanted = network.state_dict()
    parts = ["", *(f"{name}." for name, _ in network.named_modules() if name)]
    fitting = max((_fitting(given, wanted, part) for part in parts), key=len)
    if 2 * len(fitting) < len(given) or not given:
        raise CheckpointError(
            f"{path}: {len(fitting)} of its {len(given)} weights fit {type(network).__name__}; "
            "take weights of this architecture or of its encoder"
        )
    network.load_state_dict(wanted | fitting, strict=True)
    return len(fitting), len(given)


def _fitting(
    given: dict[str, torch.Tensor], wanted: dict[str, torch.Tensor], part: str
) -> dict[str, torch.Tensor]:
    return {
        f"{part}{name}": weight
        for name, weight in given.items()
        if f"{part}{name}" in wanted and wanted[f"{part}{name}"].shape == weight.shape
    }


def _read(path: Path) -> dict[str, torch.Tensor]:
    if path.suffix != ".safetensors":
        return read_state_dict(path)
    try:
        return load_file(path)
    except (OSError, SafetensorError) as error:
        raise CheckpointError(f"{path}: cannot be read ({error}); give another file") from error
