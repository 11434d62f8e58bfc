"""Networks of segmentation-models-pytorch, an optional package: `smp:ARCHITECTURE/ENCODER`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import torch
import torch.nn.functional as F
from torch import nn

from laecips_cloud.networks.edge_network import MOST_STAGES, EdgeNetwork, EdgeNetworkError
from laecips_cloud.networks.torchvision_import import import_torchvision

import_torchvision()
import segmentation_models_pytorch as smp  # noqa: E402 (it imports torchvision itself)

_MULTIPLE: Final = 2**MOST_STAGES
"""The package's encoders take pictures of such multiples alone."""

_LEAST_STRIDE: Final = 4
"""Finer logits are averaged: h reads them, and would cost more than f."""


class SmpNetwork(EdgeNetwork):
    """A decoder on an encoder, with random weights: nothing is downloaded.

    Modules that compute nothing, as the classifiers of some encoders, are taken out, since a bundle
    holds the weights that its graph uses.

    Args:
        classes: M, number of classes.
        variant: ARCHITECTURE/ENCODER by the package's names, such as fpn/mobilenet_v2.

    Raises:
        EdgeNetworkError: the package knows no such architecture or encoder, or cannot join them.
    """

    def __init__(self, *, classes: int, variant: str = "") -> None:
        network = _created(variant, classes)
        if isinstance(network.segmentation_head[1], nn.Upsample):
            network.segmentation_head[1] = nn.Identity()
        with torch.no_grad():
            strides, fine = _strides(network)
        super().__init__(classes=classes, stride=max(_LEAST_STRIDE, fine))
        self.network: Any = network
        self._average = self.stride // fine
        self._strides = {
            name.removeprefix("encoder."): stride
            for name, stride in strides.items()
            if name.startswith("encoder.")
        }

    @property
    def stages(self) -> Sequence[Sequence[nn.Module]]:
        """The encoder's modules by the resolution at which they run: a half, a quarter, ..."""
        return [
            [self.network.encoder.get_submodule(n) for n, it in self._strides.items() if it == s]
            for s in (2**number for number in range(1, MOST_STAGES + 1))
        ]

    def logits_at_stride(self, rgb: torch.Tensor) -> torch.Tensor:
        """Return the logits; see `EdgeNetwork`."""
        height, width = rgb.shape[-2:]
        missing = (0, -width % _MULTIPLE, 0, -height % _MULTIPLE)  # left, right, above, below
        logits = self.network(F.pad(rgb, missing, mode="replicate") if any(missing) else rgb)
        if self._average > 1:
            logits = F.avg_pool2d(logits, self._average)
        rows, columns = math.ceil(height / self.stride), math.ceil(width / self.stride)
        whole: torch.Tensor = logits[..., :rows, :columns]
        return whole


def _created(variant: str, classes: int) -> Any:  # the package has no types
    architecture, _, encoder = variant.partition("/")
    if not architecture or not encoder:
        raise EdgeNetworkError(
            f"edge network smp: variant {variant!r} is not ARCHITECTURE/ENCODER; name both, such "
            "as smp:fpn/mobilenet_v2"
        )
    known = smp.MODEL_ARCHITECTURES_MAPPING
    if architecture.lower() not in known:
        raise EdgeNetworkError(
            f"edge network smp: architecture {architecture!r} is not known: take one of "
            f"{', '.join(sorted(known))}"
        )
    try:
        return smp.create_model(
            architecture, encoder_name=encoder, encoder_weights=None, classes=classes
        )
    except (KeyError, ValueError, RuntimeError) as error:
        reason = " ".join(str(error.args[0]).split())[:200]
        raise EdgeNetworkError(
            f"edge network smp: {architecture} on {encoder!r} cannot be made ({reason}...); take "
            "another encoder, see segmentation_models_pytorch.encoders.get_encoder_names()"
        ) from error


def _strides(network: nn.Module) -> tuple[dict[str, int], int]:
    """Run a blank picture; return the strides of modules with weights, and of the logits.

    Modules with weights that do not run are replaced by identities.
    """
    side = 2 * _MULTIPLE
    strides: dict[str, int] = {}

    def note(name: str, output: torch.Tensor) -> None:
        strides[name] = side // output.shape[-2] if output.ndim == 4 else side

    def leaves() -> list[tuple[str, nn.Module]]:
        return [
            (name, part)
            for name, part in network.named_modules()
            if next(part.parameters(recurse=False), None) is not None
        ]

    hooks = [
        part.register_forward_hook(lambda _part, _seen, output, name=name: note(name, output))
        for name, part in leaves()
    ]
    logits = network.eval()(torch.zeros(1, 3, side, side))
    network.train()
    for hook in hooks:
        hook.remove()
    for name, _ in leaves():
        if name not in strides:
            network.set_submodule(name, nn.Identity())
    return strides, side // logits.shape[-2]
