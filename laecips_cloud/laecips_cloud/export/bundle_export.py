"""Export of torch networks to a bundle, and loading of a bundle's networks."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import cv2
import numpy as np
import torch
from laecips_edge.core.atomic_files import write_whole
from laecips_edge.core.bundle.bundle import (
    MANIFEST,
    AgreementFrame,
    Bundle,
    BundleError,
    Manifest,
    write_bundle,
)
from laecips_edge.core.bundle.manifest import IMAGENET_MEAN, IMAGENET_STD
from laecips_edge.core.image.fitting import fit
from laecips_edge.core.inference.preprocessing import NetworkInputs
from laecips_edge.core.inference.segmenter import Segmenter
from numpy.typing import NDArray
from torch import nn

from laecips_cloud.networks import (
    AppealNet,
    EdgeNetwork,
    EdgeNetworkError,
    MinerNetwork,
    create_edge_network,
)
from laecips_cloud.networks.onnx_graph import graph_without_weights

# Colour, then depth, as in published RFNets.
_RGBD_NORMALISATION = {"mean": (*IMAGENET_MEAN, 0.12176), "std": (*IMAGENET_STD, 0.09752)}
_BATCH_COUNT = ".num_batches_tracked"
_JPEG_QUALITY = 90

Network = TypeVar("Network", bound=nn.Module)


def export_bundle(
    f: EdgeNetwork,
    h: MinerNetwork,
    path: str | Path,
    *,
    name: str,
    classes: Sequence[str],
    palette: Sequence[tuple[int, int, int]],
    input_size: tuple[int, int],
    delta: float,
    beta: float,
    modality: str = "rgb",
    agreement_images: Sequence[NDArray[np.uint8]] = (),
    agreement_depths: Sequence[NDArray[np.uint16]] = (),
    graphs_of: Bundle | None = None,
    delta_file: bytes = b"",
    **manifest_fields: Any,
) -> Bundle:
    """Write the pair (f, h) as a bundle, and check a robot engine's answers against torch's.

    Args:
        f: the segmenter; not changed.
        h: the miner; not changed.
        path: folder of the bundle.
        name: see `Manifest`.
        classes: see `Manifest`.
        palette: see `Manifest`.
        input_size: see `Manifest`.
        delta: see `Manifest`.
        beta: see `Manifest`.
        modality: see `Manifest`.
        agreement_images: uint8 [H,W,3] RGB of any size; a few different scenes.
        agreement_depths: uint16 [H,W] in millimetres, one for each image; only for "rgbd".
        graphs_of: a bundle of the same architecture whose graphs are reused, and its int8 ranges;
            None exports graphs, which takes seconds, and no ranges.
        delta_file: see `write_bundle`; `delta_of` of the manifest says of what.
        manifest_fields: other fields of `Manifest`, such as version, parent and thresholds.

    Raises:
        BundleError: a field is invalid, f and h have other classes, or the engine's answers
            differ from torch's.
    """
    normalisation = {} if modality == "rgb" else _RGBD_NORMALISATION
    manifest = Manifest(
        name=name,
        classes=tuple(classes),
        palette=tuple(palette),
        input_size=input_size,
        delta=delta,
        beta=beta,
        modality=modality,
        architecture=f.architecture,
        width=f.width,
        miner_width=h.width,
        stride=f.stride,
        **(normalisation | {"version": 1} | manifest_fields),
    )
    if not f.classes == h.classes == len(classes):
        raise BundleError(
            f"{path}: f has {f.classes} classes, h {h.classes}, {len(classes)} were named; "
            "export networks that were made for these classes"
        )
    if modality == "rgbd" and not f.depth:
        raise BundleError(
            f"{path}: f was made without a depth branch; make it with one, or export it for rgb"
        )
    if graphs_of is None:
        graph_f, names_f = segmenter_graph(f.architecture, f.classes, f.width, modality, input_size)
    else:
        graph_f, names_f = graphs_of.graph_f, list(graphs_of.weights("f"))
    if graphs_of is None or "doubt.weight" not in graphs_of.weights("h"):
        # A bundle made before h read the doubt of the softmax has another graph.
        graph_h, names_h = miner_graph(h.classes, h.width, manifest.logits_shape[1:])
    else:
        graph_h, names_h = graphs_of.graph_h, list(graphs_of.weights("h"))
    pair = _on_robot(f), _on_robot(h)
    return write_bundle(
        path,
        manifest=manifest,
        graph_f=graph_f,
        graph_h=graph_h,
        weights_f=_weights(f, names_f),
        weights_h=_weights(h, names_h),
        agreement=_agreement(pair, manifest, agreement_images, agreement_depths),
        delta=delta_file,
        # A robot tests on these frames whether this version may run with them.
        int8_file=b"" if graphs_of is None else graphs_of.int8_file,
        check=lambda bundle: Segmenter(bundle).self_test(),
    )


def write_manifest(bundle: Bundle, manifest: Manifest) -> Bundle:
    """Replace the manifest of a bundle on disk atomically, and load the bundle again.

    Args:
        bundle: the bundle; its other files do not change.
        manifest: new manifest, with the same `files`.
    """
    write_whole(bundle.path / MANIFEST, manifest.to_json().encode())
    return Bundle.load(bundle.path)


def load_networks(bundle: Bundle) -> tuple[EdgeNetwork, MinerNetwork]:
    """Return the bundle's networks in torch, in evaluation mode, to continue training.

    Raises:
        BundleError: f's architecture cannot be made here, or the weights do not fit it.
    """
    manifest = bundle.manifest
    classes = len(manifest.classes)
    try:
        f = create_edge_network(
            manifest.architecture,
            classes=classes,
            width=manifest.width,
            depth=manifest.modality == "rgbd",
        )
    except EdgeNetworkError as error:
        raise BundleError(f"{bundle.path}: {error}") from error
    h = MinerNetwork(classes=classes, width=manifest.miner_width)
    for prefix, network, take in (("f", f, f.load_state_dict), ("h", h, h.take_weights)):
        weights = {key: torch.from_numpy(w) for key, w in bundle.weights(prefix).items()}
        # Counts of training batches have no use after training and are not stored.
        counts = {k: v for k, v in network.state_dict().items() if k.endswith(_BATCH_COUNT)}
        try:
            take(weights | counts)
        except RuntimeError as error:
            reason = textwrap.shorten(str(error), 300, placeholder=" ...")
            raise BundleError(
                f"{bundle.path}: {prefix} is not what the manifest says ({reason}); export the "
                "bundle again"
            ) from error
    return f.eval(), h.eval()


@lru_cache(maxsize=8)
def segmenter_graph(
    architecture: str, classes: int, width: float, modality: str, input_size: tuple[int, int]
) -> tuple[bytes, list[str]]:
    """Return the graph of f and its weights' names, from a new network without trained weights."""
    with torch.random.fork_rng():  # keep the caller's random state
        f = create_edge_network(
            architecture, classes=classes, width=width, depth=modality == "rgbd"
        ).eval()
    inputs = {"rgb": torch.zeros(1, 3, *input_size)}
    if modality == "rgbd":
        inputs["depth"] = torch.zeros(1, *input_size)
    if isinstance(f, AppealNet):
        return graph_without_weights(f, "logits_and_q", inputs=inputs, outputs=["logits", "q"])
    return graph_without_weights(f, "logits_at_stride", inputs=inputs, outputs=["logits"])


@lru_cache(maxsize=8)
def miner_graph(classes: int, width: float, size: tuple[int, int]) -> tuple[bytes, list[str]]:
    """Return the graph of h and its weights' names, for logits of `size` (rows, columns)."""
    with torch.random.fork_rng():
        h = MinerNetwork(classes=classes, width=width).eval()
    inputs = {"logits": torch.zeros(1, classes, *size)}
    return graph_without_weights(h, "forward", inputs=inputs, outputs=["h"])


def _weights(network: nn.Module, names: Sequence[str]) -> dict[str, NDArray[np.float32]]:
    state = network.state_dict()
    return {name: state[name].detach().float().cpu().numpy() for name in names}


def _on_robot(network: Network) -> Network:
    """Return a copy with the weights rounded to float16, as on the robot."""
    copy = deepcopy(network).cpu().float().eval()
    copy.load_state_dict(
        {k: v.half().float() if v.is_floating_point() else v for k, v in copy.state_dict().items()}
    )
    return copy


def _agreement(
    pair: tuple[EdgeNetwork, MinerNetwork],
    manifest: Manifest,
    images: Sequence[NDArray[np.uint8]],
    depths: Sequence[NDArray[np.uint16]],
) -> list[AgreementFrame]:
    """Return torch's answers to the pictures, so that an engine is compared with another one."""
    f, h = pair
    inputs = NetworkInputs(manifest)
    height, width = manifest.tiling.picture
    if manifest.modality == "rgbd" and len(depths) != len(images):
        raise BundleError(
            f"agreement: {len(images)} pictures need as many depths, not {len(depths)}"
        )
    frames = []
    for index, image in enumerate(images):
        rgb = fit(image, (height, width))
        depth_png = b""
        if manifest.modality == "rgbd":
            depth = cv2.resize(depths[index], (width, height), interpolation=cv2.INTER_NEAREST)
            depth_png = cv2.imencode(".png", depth)[1].tobytes()
        bgr = cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR)
        jpeg = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])[1].tobytes()
        frame = AgreementFrame(
            jpeg=jpeg, depth_png=depth_png, label_map=np.empty(0, np.uint8), trust=0.0
        )
        parts, qs = [], []
        with torch.inference_mode():
            for tile in inputs(frame.rgb, frame.depth):
                tensors = [torch.from_numpy(a) for a in tile.values()]
                if isinstance(f, AppealNet):
                    part, q = f.logits_and_q(*tensors)
                    qs.append(q.item())
                else:
                    part = f.logits_at_stride(*tensors)
                parts.append(part[0].numpy())
            logits = manifest.tiling.join(parts, stride=manifest.stride)
            trust = h(torch.from_numpy(logits)[None]).item()
        labels = logits.argmax(axis=0).astype(np.uint8)
        mean_q = float(np.mean(qs)) if qs else None
        frames.append(replace(frame, label_map=labels, trust=trust, q=mean_q))
    return frames
