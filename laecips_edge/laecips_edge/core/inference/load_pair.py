"""Load a bundle as a pair that may run: assembled and tested, or refused with a reason."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.bundle.manifest import BundleError
from laecips_edge.core.inference.segmenter import Segmenter
from laecips_edge.core.malloc_arenas import give_back

Assemble = Callable[[Bundle], Segmenter]


def load_pair(path: Path, *, assemble: Assemble) -> Segmenter:
    """Load, assemble and test a bundle.

    Args:
        path: folder of the bundle.
        assemble: puts the networks on an engine.

    Raises:
        BundleError: a file is broken, a weight not finite, or the self-test fails.
        EngineError: the engine cannot run the networks.
    """
    bundle = Bundle.load(path)
    check_weights(bundle)
    segmenter = assemble(bundle)
    del bundle
    give_back()  # a multiple of the weights was needed to assemble the networks
    segmenter.self_test()
    return segmenter


def check_weights(bundle: Bundle) -> None:
    """Check that all weights of f and h are finite.

    Raises:
        BundleError: a tensor has a NaN or an infinity; the message names the first one.
    """
    for network in ("f", "h"):
        for name, tensor in bundle.weights(network).items():
            if not np.isfinite(tensor).all():
                raise BundleError(
                    f"weights: {network}.{name} is not finite everywhere; train it again"
                )


def try_on(segmenter: Segmenter, rgb: NDArray[np.uint8], depth: NDArray[np.uint16] | None) -> None:
    """Run a pair on a real frame, which also warms its engine up.

    Args:
        segmenter: the pair; no other thread may use it yet.
        rgb: uint8 [H,W,3].
        depth: uint16 [H,W] in millimetres; needed if f takes depth.

    Raises:
        BundleError: the logits, the trust or q are not finite.
    """
    answer = segmenter.predict(rgb, depth)
    trusts = [segmenter.trust(answer.logits), *([] if answer.q is None else [answer.q])]
    if not np.isfinite(answer.logits).all() or not np.isfinite(trusts).all():
        raise BundleError("its answer to the newest frame is not finite; its weights are broken")
