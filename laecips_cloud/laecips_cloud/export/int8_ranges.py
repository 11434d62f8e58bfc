"""Ranges for int8: measured on pictures, and tried on others, before a bundle carries them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import torch
from laecips_edge.core.atomic_files import write_whole
from laecips_edge.core.bundle.bundle import INT8, Bundle, ranges_file, sha256
from laecips_edge.core.bundle.manifest import Manifest
from laecips_edge.core.image.fitting import fit
from laecips_edge.core.inference.engine_probe import LEAST_AGREEMENT
from laecips_edge.core.inference.engines.int8_steps import STEPS, TINY, int8_steps
from laecips_edge.core.inference.preprocessing import NetworkInputs
from laecips_edge.core.inference.segmenter import MAX_TRUST_DIFFERENCE
from numpy.typing import NDArray
from torch import nn

from laecips_cloud.export.bundle_export import load_networks, write_manifest
from laecips_cloud.networks import EdgeNetwork
from laecips_cloud.training.data.drifted_views import views
from laecips_cloud.training.data.labelled_frames import LabelledFrame
from laecips_cloud.training.steps.held_out_rows import DISTURBED

Ranges = dict[str, tuple[float, float]]

_VARIANTS: Final = 2
_SEED: Final = 0
_FLOAT_STAGES: Final = 2
_TRUSTS: Final = 0.95  # share of the views on which h must not differ


@dataclass(frozen=True, kw_only=True)
class Int8Trial:
    """How f in int8 compares with f in float on pictures that no range was measured on.

    Attributes:
        bundle: the bundle; it carries the ranges if `agrees`.
        pictures: number of the pictures; two drifted views of each were tried too.
        agreement: share of the pixels to which f gives the same class, in [0, 1].
        trust_difference: by how much h's trust differs at most on 95 % of the views.
    """

    bundle: Bundle
    pictures: int
    agreement: float
    trust_difference: float

    @property
    def agrees(self) -> bool:
        """Whether robots may run f in int8."""
        differs = self.trust_difference > MAX_TRUST_DIFFERENCE
        return self.agreement >= LEAST_AGREEMENT and not differs

    def __str__(self) -> str:
        """Return the figures, their bounds and what came of them in one line."""
        return (
            f"int8 {'is in the bundle' if self.agrees else 'is left out of the bundle'}: on "
            f"{self.pictures} pictures and their drifted views {self.agreement:.2%} of the pixels "
            f"are as in fp32 (bound {LEAST_AGREEMENT:.1%}), and h differs by "
            f"{self.trust_difference:.3f} (bound {MAX_TRUST_DIFFERENCE:g})"
        )


def add_int8(bundle: Bundle, pictures: Sequence[NDArray[np.uint8]]) -> Int8Trial:
    """Measure ranges on every other picture, try them on the rest, add them to the bundle.

    Args:
        bundle: the bundle on disk, whose f takes colour alone. Its manifest changes, so that a
            signature does not hold any more. Ranges that it has are replaced, or removed.
        pictures: uint8 [H,W,3] RGB of any size, as the robot sees them before anything drifts; at
            least two.

    Raises:
        BundleError: f cannot be made here.
        ValueError: there are less than two pictures, or f takes depth.
        OSError: a file cannot be written.
    """
    manifest = bundle.manifest
    if manifest.modality != "rgb":
        raise ValueError(
            f"{bundle.path}: its f takes {manifest.modality}, int8 is for colour alone; leave it "
            "in float"
        )
    if len(pictures) < 2:
        raise ValueError(
            f"{bundle.path}: int8 needs two pictures to be measured on, there are {len(pictures)}; "
            "give more"
        )
    f, h = load_networks(bundle)
    with torch.inference_mode():
        ranges = input_ranges(f, (x for view in _inputs(manifest, pictures[::2]) for x in view))
        same, apart = [], []
        for view in _inputs(manifest, pictures[1::2]):
            logits = _logits(f, view, manifest)
            with rounding(f, ranges):
                rounded = _logits(f, view, manifest)
            same.append((rounded.argmax(1) == logits.argmax(1)).double().mean().item())
            apart.append(abs(h(rounded) - h(logits)).item())
    trial = Int8Trial(
        bundle=bundle,
        pictures=len(pictures[1::2]),
        agreement=float(np.mean(same)),
        trust_difference=float(np.quantile(apart, _TRUSTS)),
    )
    return replace(trial, bundle=_with(bundle, ranges if trial.agrees else {}))


def input_ranges(f: EdgeNetwork, inputs: Iterator[torch.Tensor]) -> Ranges:
    """Return the smallest and the largest input of f's convolutions, by name of their weight.

    Its stem and its first stage stay in float. They are a quarter of RFNet's multiplications, and
    without them half as many pixels of drifted views change. That matters to h: one pixel of a
    class that comes or goes moves it by up to 0.3.

    Args:
        f: in evaluation mode.
        inputs: float32 [1,3,h,w], normalised.
    """
    ranges: Ranges = {}

    def note(name: str, x: torch.Tensor) -> torch.Tensor:
        low, high = ranges.get(name, (float("inf"), float("-inf")))
        ranges[name] = min(low, x.min().item()), max(high, x.max().item())
        return x

    with _reading_through(f, note):
        for x in inputs:
            f.logits_at_stride(x)
    return ranges


@contextmanager
def rounding(f: EdgeNetwork, ranges: Ranges) -> Iterator[None]:
    """Let f's convolutions read rounded inputs and weights while the block runs.

    They are rounded as on the robot, which computes with the rounded numbers exactly.

    Args:
        f: the network.
        ranges: as `input_ranges` returns them.
    """

    def rounded(name: str, x: torch.Tensor) -> torch.Tensor:
        if name not in ranges:
            return x
        step, below = int8_steps(*ranges[name])
        return torch.fake_quantize_per_tensor_affine(x, step, below, 0, STEPS - 1)

    weights = {name: each.weight for name, each in _convolutions(f) if name in ranges}
    kept = {name: weight.data for name, weight in weights.items()}
    try:
        for name, weight in weights.items():
            steps = kept[name].abs().amax(dim=(1, 2, 3)).clamp_min(TINY) / 127
            zeros = torch.zeros(len(steps), dtype=torch.int32)
            weight.data = torch.fake_quantize_per_channel_affine(
                kept[name], steps, zeros, 0, -127, 127
            )
        with _reading_through(f, rounded):
            yield
    finally:
        for name, weight in weights.items():
            weight.data = kept[name]


def _with(bundle: Bundle, ranges: Ranges) -> Bundle:
    """Write the ranges into a bundle's folder; without any, remove those that it has."""
    files = {name: digest for name, digest in bundle.manifest.files.items() if name != INT8}
    if ranges:
        data = ranges_file(ranges)
        files[INT8] = sha256(data)
        write_whole(bundle.path / INT8, data)
    bundle = write_manifest(bundle, replace(bundle.manifest, files=files))
    if not ranges:
        (bundle.path / INT8).unlink(missing_ok=True)
    return bundle


def _inputs(
    manifest: Manifest, pictures: Sequence[NDArray[np.uint8]]
) -> Iterator[list[torch.Tensor]]:
    """Yield f's inputs, one a tile, for the pictures and for drifted views of them."""
    size, inputs = manifest.tiling.picture, NetworkInputs(manifest)
    frames = (LabelledFrame("", fit(each, size), np.zeros(size, np.uint8)) for each in pictures)
    for view in views(frames, variants=_VARIANTS, seed=_SEED, disturbed=DISTURBED):
        yield [torch.from_numpy(tile["rgb"]) for tile in inputs(view.image)]


def _logits(f: EdgeNetwork, tiles: Sequence[torch.Tensor], manifest: Manifest) -> torch.Tensor:
    """Return the logits of a picture at stride, float32 [1,M,h,w]."""
    parts = [f.logits_at_stride(tile)[0].numpy() for tile in tiles]
    return torch.from_numpy(manifest.tiling.join(parts, stride=manifest.stride))[None]


def _convolutions(f: EdgeNetwork) -> Iterator[tuple[str, nn.Conv2d]]:
    """Yield the convolutions that may be rounded, by name of their weight."""
    first = {
        module for part in itertools.chain(*f.stages[:_FLOAT_STAGES]) for module in part.modules()
    }
    for name, module in f.named_modules():
        if isinstance(module, nn.Conv2d) and module.groups == 1 and module not in first:
            yield f"{name}.weight", module


@contextmanager
def _reading_through(
    f: EdgeNetwork, change: Callable[[str, torch.Tensor], torch.Tensor]
) -> Iterator[None]:
    """Give each convolution what `change` makes of its name and input while the block runs."""

    def hook(name: str) -> Callable[[nn.Module, tuple[torch.Tensor]], tuple[torch.Tensor]]:
        return lambda _, inputs: (change(name, inputs[0]),)

    hooks = [module.register_forward_pre_hook(hook(name)) for name, module in _convolutions(f)]
    try:
        yield
    finally:
        for each in hooks:
            each.remove()
