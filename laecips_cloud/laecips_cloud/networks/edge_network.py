"""The base class of the networks that can be f, and their creation by name."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any, Final

import torch
from torch import nn

from laecips_cloud.networks.pyramid import resize
from laecips_cloud.plugins import Plugins

MOST_STAGES: Final = 5
"""Most stages of an encoder: one for each halving of the picture, down to a 32nd."""

_PROBE: Final = (72, 104)  # a size that few strides divide


class EdgeNetworkError(ValueError):
    """A network cannot be created or used as f; the message says what, which and what to do."""


class EdgeNetwork(nn.Module, ABC):
    """A segmentation network that a robot can run as f.

    An entry point in the group `laecips.edge_networks` offers such a class, or a function that
    returns an instance. It takes keyword arguments alone: `classes` always, and those that it needs
    of `width` (float, a multiplier of the channel counts, with a default), `variant` (str, what
    follows the colon in NAME:VARIANT) and `depth` (bool, whether depth is an input, too).

    Args:
        classes: M, number of classes.
        stride: rows of the picture per row of the logits; h and the held-out rows cost little at 4
            or more.
        width: multiplier of the channel counts, for a network that has one.

    Attributes:
        architecture: NAME or NAME:VARIANT, by which a bundle names the network.
            `create_edge_network` sets it.
        depth: whether depth is an input, too.
    """

    architecture: str = ""
    depth: bool = False

    def __init__(self, *, classes: int, stride: int, width: float = 1.0) -> None:
        super().__init__()
        if classes < 2 or not width > 0:
            raise EdgeNetworkError(
                f"{type(self).__name__}: classes must be at least 2 and width above 0, got "
                f"{classes} and {width}"
            )
        self.classes, self.stride, self.width = classes, stride, width

    @abstractmethod
    def logits_at_stride(self, rgb: torch.Tensor) -> torch.Tensor:
        """Score every class at the network's stride.

        Args:
            rgb: float32 [N, 3, H, W], normalised; H and W need not be multiples of the stride.

        Returns:
            Logits, [N, M, ceil(H / stride), ceil(W / stride)].
        """

    def forward(self, rgb: torch.Tensor) -> torch.Tensor:
        """Score every pixel: float32 [N, 3, H, W] -> logits [N, M, H, W]."""
        return resize(self.logits_at_stride(rgb), (rgb.shape[-2], rgb.shape[-1]))

    @property
    def stages(self) -> Sequence[Sequence[nn.Module]]:
        """The modules of each stage of the encoder, from the picture on; () if there are none.

        A stage is what runs at one resolution. A short training can leave the first ones as they
        are.
        """
        return ()

    def train_all_but(self, stages: int) -> None:
        """Let gradients flow to all weights but those of the encoder's first `stages` stages."""
        self.requires_grad_(True)
        for part in chain.from_iterable(self.stages[:stages]):
            part.requires_grad_(False)


_PLUGINS: Final = Plugins("laecips.edge_networks", kind="edge network", error=EdgeNetworkError)


def create_edge_network(
    architecture: str, *, classes: int, width: float | None = None, depth: bool = False
) -> EdgeNetwork:
    """Create a network with random weights.

    Args:
        architecture: NAME or NAME:VARIANT; NAME is an entry point in `laecips.edge_networks`.
        classes: M, number of classes.
        width: multiplier of the channel counts; None for the network's usual one. A network without
            widths takes 1 alone.
        depth: whether depth is an input, too.

    Raises:
        EdgeNetworkError: the name or the variant is unknown, a package is missing, the network has
            no widths or takes no depth, or its logits do not have the size of its stride.

    Example:
        >>> create_edge_network("unet", classes=4).stride
        4
    """
    name, _, variant = architecture.partition(":")
    factory = _PLUGINS.load(name)
    asked: dict[str, tuple[Any, bool]] = {
        "width": (width, width not in (None, 1.0)),
        "variant": (variant, bool(variant)),
        "depth": (depth, depth),
    }
    arguments = _taken(name, factory, asked)
    try:
        network = factory(classes=classes, **arguments)
        if not isinstance(network, EdgeNetwork):
            raise EdgeNetworkError(
                f"edge network {name}: it is a {type(network).__name__}; derive it from EdgeNetwork"
            )
        network.architecture = architecture
        _check_logits(network)
    except RuntimeError as error:  # torch's, of sizes that do not fit
        reason = " ".join(str(error).split())
        raise EdgeNetworkError(
            f"edge network {architecture}: it cannot run a small picture ({reason}); take another"
        ) from error
    return network


def _taken(
    name: str, factory: Callable[..., Any], asked: dict[str, tuple[Any, bool]]
) -> dict[str, Any]:
    """Return the arguments that a factory takes; refuse one that was asked for in vain."""
    parameters = inspect.signature(factory).parameters
    for key, (value, needed) in asked.items():
        if needed and key not in parameters:
            raise EdgeNetworkError(
                f"edge network {name} has no {key}, but {value!r} was given: leave it out"
            )
    return {
        key: value
        for key, (value, _) in asked.items()
        if key in parameters and value not in (None, "")
    }


def _check_logits(network: EdgeNetwork) -> None:
    """Run a blank picture, so that a network that cannot be f fails before its training."""
    was_training = network.training
    with torch.no_grad():
        got = tuple(network.eval().logits_at_stride(torch.zeros(1, 3, *_PROBE)).shape)
    network.train(was_training)
    wanted = (1, network.classes, *(-(-length // network.stride) for length in _PROBE))
    if got != wanted:
        raise EdgeNetworkError(
            f"edge network {network.architecture}: a picture of {_PROBE[0]} x {_PROBE[1]} gives "
            f"logits {list(got)}, stride {network.stride} needs {list(wanted)}; pad the picture, "
            "or mend the stride"
        )
