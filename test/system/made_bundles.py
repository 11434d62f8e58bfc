"""Bundles for tests of model updates: `variant` of a real one, broken ones, and `hollow` ones."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from laecips_edge.core.bundle.bundle import AgreementFrame, Bundle, Manifest, write_bundle
from laecips_edge.core.inference.segmenter import Segmenter

Weights = dict[str, np.ndarray]

HOLLOW = Manifest(
    name="line",
    version=1,
    classes=("belt", "part"),
    palette=((0, 0, 0), (255, 0, 0)),
    input_size=(32, 32),
    delta=0.5,
    beta=0.1,
)


def hollow(
    path: Path,
    version: int = 1,
    *,
    weights_f: Weights | None = None,
    weights_h: Weights | None = None,
    **manifest: Any,
) -> Bundle:
    """A bundle for those who look at files and manifests only: nothing in it is a network.

    Args:
        path: folder to write.
        version: of it; its weights have it in them, so that no two versions are the same.
        weights_f, weights_h: in the place of three numbers each.
        **manifest: keys that are not those of `HOLLOW`.
    """
    numbers = {"a": np.full(3, version, np.float32)}
    return write_bundle(
        path,
        manifest=replace(HOLLOW, version=version, **manifest),
        graph_f=b"graph of f",
        graph_h=b"graph of h",
        weights_f=weights_f or numbers,
        weights_h=weights_h or numbers,
        agreement=[],
    )


def variant(
    bundle: Bundle,
    path: Path,
    version: int,
    *,
    weights_f: Weights | None = None,
    weights_h: Weights | None = None,
    answers: bool = True,
    frames: list[AgreementFrame] | None = None,
    int8_file: bytes = b"",
    **manifest: Any,
) -> Bundle:
    """The same bundle as another version.

    Args:
        bundle: what to begin with.
        path: folder to write.
        version: of the new one.
        weights_f, weights_h: in the place of the bundle's.
        answers: give the agreement frames this pair's own answers; else they stay.
        frames: agreement frames in the place of the bundle's.
        int8_file: ranges for int8; empty: the bundle's, if it has some.
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
    frames = bundle.agreement() if frames is None else frames
    if answers and (weights_f or weights_h):
        written = write_bundle(path, manifest=changed, **parts, agreement=[])
        segmenter = Segmenter(written)
        frames = [answered(segmenter, frame) for frame in frames]
    int8_file = int8_file or bundle.int8_file
    return write_bundle(path, manifest=changed, **parts, agreement=frames, int8_file=int8_file)


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


def finite_on_grey(bundle: Bundle, path: Path, version: int) -> Bundle:
    """A pair that passes the self-test and gives no number for an ordinary picture.

    Args:
        bundle, path, version: as of `variant`.
    """
    # Grey is 0 to the network, and every other picture nearly float32's largest.
    grey, narrow = (128 / 255,) * 3, (1.5e-39,) * 3
    return variant(bundle, path, version, frames=[], mean=grey, std=narrow)


def manifest_sha256(bundle: Bundle) -> str:
    """What a trainer announces."""
    return hashlib.sha256((bundle.path / "manifest.json").read_bytes()).hexdigest()


def size(bundle: Bundle) -> int:
    """Bytes of all its files."""
    return sum(path.stat().st_size for path in bundle.path.iterdir())
