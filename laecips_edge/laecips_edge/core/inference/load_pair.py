"""A bundle that was fetched becomes a pair that may run, or one line says why not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.bundle.manifest import BundleError
from laecips_edge.core.inference.segmenter import Segmenter

Assemble = Callable[[Bundle], Segmenter]


def load_pair(path: Path, *, assemble: Assemble) -> Segmenter:
    """Load, assemble and test a bundle.

    Args:
        path: its folder.
        assemble: puts the networks on an engine.

    Raises:
        BundleError: a file is broken, a weight not finite, or the self-test fails.
        EngineError: the engine cannot run it.
    """
    bundle = Bundle.load(path)
    check_weights(bundle)
    segmenter = assemble(bundle)
    segmenter.self_test()
    return segmenter


def check_weights(bundle: Bundle) -> None:
    """BundleError naming the first tensor of f or h that has a NaN or an infinity."""
    for network in ("f", "h"):
        for name, tensor in bundle.weights(network).items():
            if not np.isfinite(tensor).all():
                raise BundleError(
                    f"weights: {network}.{name} is not finite everywhere; train it again"
                )


def try_on(segmenter: Segmenter, rgb: NDArray[np.uint8], depth: NDArray[np.uint16] | None) -> None:
    """Let a pair look at a real frame, which also warms its engine up.

    Args:
        segmenter: the pair; nobody else uses it yet.
        rgb: uint8 [H,W,3].
        depth: uint16 [H,W] in millimetres, where f takes it.

    Raises:
        BundleError: an answer is not finite.
    """
    logits = segmenter.predict(rgb, depth).logits
    if not np.isfinite(logits).all() or not np.isfinite(segmenter.trust(logits)):
        raise BundleError("its answer to the newest frame is not finite; its weights are broken")
