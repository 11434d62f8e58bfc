"""Bundles for tests of model updates, made from one that is there: `variant`, and broken ones."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from laecips_edge.core.bundle.bundle import AgreementFrame, Bundle, write_bundle
from laecips_edge.core.inference.segmenter import Segmenter

Weights = dict[str, np.ndarray]


def variant(
    bundle: Bundle,
    path: Path,
    version: int,
    *,
    weights_f: Weights | None = None,
    weights_h: Weights | None = None,
    answers: bool = True,
    **manifest: Any,
) -> Bundle:
    """The same bundle as another version.

    Args:
        bundle: what to begin with.
        path: folder to write.
        version: of the new one.
        weights_f, weights_h: in the place of the bundle's.
        answers: give the agreement frames this pair's own answers; else they stay.
        **manifest: changed keys.
    """
    parts = {
        "graph_f": bundle.graph_f,
        "graph_h": bundle.graph_h,
        "weights_f": weights_f or bundle.weights("f"),
        "weights_h": weights_h or bundle.weights("h"),
    }
    parent = bundle.manifest.version if version > bundle.manifest.version else None
    changed = replace(bundle.manifest, version=version, **{"parent": parent, **manifest})
    frames = bundle.agreement()
    if answers and (weights_f or weights_h):
        written = write_bundle(path, manifest=changed, **parts, agreement=[])
        segmenter = Segmenter(written)
        frames = [answered(segmenter, frame) for frame in frames]
    return write_bundle(path, manifest=changed, **parts, agreement=frames)


def answered(segmenter: Segmenter, frame: AgreementFrame) -> AgreementFrame:
    """A frame with the answers of this pair."""
    logits = segmenter.logits(frame.rgb)
    labels = logits.argmax(axis=0).astype(np.uint8)
    return AgreementFrame(jpeg=frame.jpeg, label_map=labels, trust=segmenter.trust(logits))


def nudged(weights: Weights, *, seed: int, by: float = 1e-3) -> Weights:
    """Weights that have moved a little, as after a training."""
    rng = np.random.default_rng(seed)
    return {
        name: (tensor * (1 + by * rng.standard_normal(tensor.shape))).astype(np.float32)
        for name, tensor in weights.items()
    }


def with_nan(weights: Weights) -> Weights:
    """Weights of which the first tensor has a NaN."""
    first = next(iter(weights))
    broken = weights[first].copy()
    broken.flat[0] = np.nan
    return weights | {first: broken}


def one_class(bundle: Bundle, label: int = 0) -> Weights:
    """Weights of an f that gives every pixel one class, with logits that vary all the same."""
    weights = bundle.weights("f")
    # The last convolution sees what a ReLU leaves: positive weights make one class the largest.
    norm, convolution = weights["logits.norm.bias"] + 1, weights["logits.conv.weight"].copy()
    convolution[label] += 10
    return weights | {"logits.norm.bias": norm, "logits.conv.weight": convolution}


def manifest_sha256(bundle: Bundle) -> str:
    """What a trainer announces."""
    return hashlib.sha256((bundle.path / "manifest.json").read_bytes()).hexdigest()


def size(bundle: Bundle) -> int:
    """Bytes of all its files."""
    return sum(path.stat().st_size for path in bundle.path.iterdir())
