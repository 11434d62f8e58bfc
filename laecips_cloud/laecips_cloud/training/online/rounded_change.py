"""Round what a training changed, so that a delta brings robots exactly what the gate examined."""

from __future__ import annotations

import hashlib

import torch
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.bundle.weights_delta import Change, changed, encode_delta, rounded
from torch import nn


class RoundedChange:
    """The change of a pair against its parent, rounded. See `core.bundle.weights_delta`.

    Args:
        parent: the pair that robots have.
        coarseness: size of a step, in standard deviations of each tensor's change; 0: nothing is
            rounded, and there is no delta.
    """

    def __init__(self, parent: Bundle, *, coarseness: float) -> None:
        self._parent = parent
        self._coarseness = coarseness
        self._changes: dict[str, Change] = {}

    def settle(self, prefix: str, network: nn.Module) -> None:
        """Give a trained network the weights that robots will have.

        Args:
            prefix: "f" or "h".
            network: changed in place.

        Raises:
            BundleError: a weight does not fit into float16.
        """
        if not self._coarseness:
            return
        state = network.state_dict()
        for name, before in self._parent.weights(prefix).items():
            after = state[name].detach().float().cpu().numpy()
            change = rounded(before, after, coarseness=self._coarseness)
            self._changes[f"{prefix}.{name}"] = change
            with torch.no_grad():
                state[name].copy_(torch.from_numpy(changed(before, change)))

    def delta(self) -> tuple[bytes, str]:
        """Return the delta of what was settled, and the sha256 of the weights that it is of.

        Both are empty if nothing was rounded.
        """
        if not self._changes:
            return b"", ""
        parent = self._parent.weights_file
        return encode_delta(parent, self._changes), hashlib.sha256(parent).hexdigest()
