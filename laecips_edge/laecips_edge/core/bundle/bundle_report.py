"""Text about bundles for people: a table of all, a description of one, a comparison of two."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from laecips_edge.core.bundle.bundle import MANIFEST, Bundle
from laecips_edge.core.bundle.manifest import BundleError, Manifest
from laecips_edge.core.signing.signature import Signature, SignatureError, day
from laecips_edge.core.signing.signature_file import read_signature
from laecips_edge.core.signing.trusted_keys import TrustedKeys
from laecips_edge.core.text_table import text_table

HEADINGS = ("version", "parent", "delta", "gate", "MB", "name", "folder")

SHOWN_LAYERS = 5

DERIVED = {"files", "schema", "gate", "training", "palette", "quantiles", "parent_quantiles"}
"""Keys of a manifest that a comparison leaves out, because every training changes them."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """A bundle's folder, found on disk.

    Attributes:
        path: the folder.
        manifest: the bundle's manifest; None if it cannot be read.
        problem: why the manifest cannot be read, one line; empty if it can.
        bytes: size of all its files together.
    """

    path: Path
    manifest: Manifest | None
    problem: str
    bytes: int


def find_bundles(root: Path) -> list[Found]:
    """Return all bundles in a folder and below it, highest version first, broken ones last.

    Raises:
        ValueError: `root` is not a folder.
    """
    if not root.is_dir():
        raise ValueError(f"{root} is not a folder; give one with bundles in or below it")
    found = [_found(path) for path in _folders(root)]
    return sorted(found, key=lambda one: (one.manifest is None, -_version(one), str(one.path)))


def table(found: Sequence[Found], *, root: Path) -> str:
    """Return a text table with a line for each bundle.

    Args:
        found: the bundles.
        root: the folders are shown relative to it.
    """
    return text_table([HEADINGS, *(_row(one, root) for one in found)])


def verdict(manifest: Manifest) -> str:
    """Return the promotion gate's verdict in a word.

    Returns:
        `passed`; `failed`; `measured` if the gate measured without a verdict; `-` without a gate.
    """
    promoted = manifest.gate.get("promoted")
    if promoted is None:
        return "measured" if manifest.gate else "-"
    return "passed" if promoted else "failed"


def describe(bundle: Bundle) -> str:
    """Return a bundle's manifest as text: classes, geometry and calibration, then its training."""
    manifest = bundle.manifest
    height, width = manifest.input_size
    rows, columns = manifest.tiles
    tiles = "" if rows == columns == 1 else f", {rows} x {columns} tiles"
    thresholds = ", ".join(f"{k} {v:.4g}" for k, v in sorted(manifest.thresholds.items()))
    lines = [
        f"{manifest.name} version {manifest.version}"
        + (f", trained from version {manifest.parent}" if manifest.parent else ""),
        f"folder        {bundle.path}",
        f"classes       {len(manifest.classes)} ({manifest.classes_hash}): "
        f"{', '.join(manifest.classes)}",
        f"f             {manifest.architecture}, width {manifest.width:g}, {manifest.modality}, "
        f"{height} x {width}{tiles}, stride {manifest.stride}",
        f"h             width {manifest.miner_width:g}, beta {manifest.beta:.4g}",
        f"delta         {manifest.delta:.4f}",
        f"thresholds    {thresholds or '-'}",
        f"temperature   {manifest.temperature:.4g}",
        f"parameters    {_count(bundle, 'f'):,} in f, {_count(bundle, 'h'):,} in h",
        f"gate          {verdict(manifest)}",
        *_listed(manifest.gate),
        "training" if manifest.training else "training      -",
        *_listed(manifest.training),
        "files",
        *(f"  {name:<22} {digest[:16]}" for name, digest in sorted(manifest.files.items())),
        f"signature     {_signature(bundle.path)}",
    ]
    return "\n".join(lines)


def differences(one: Bundle, other: Bundle) -> str:
    """Return a text with the differences of two manifests and the change of the weights."""
    before, after = asdict(one.manifest), asdict(other.manifest)
    lines = [
        f"{key:<14}{_short(before[key])} -> {_short(after[key])}"
        for key in before
        if key not in DERIVED and before[key] != after[key]
    ]
    same = [
        name
        for name, digest in one.manifest.files.items()
        if other.manifest.files.get(name) == digest
    ]
    lines.append(f"{'same files':<14}{', '.join(sorted(same)) or 'none'}")
    for network in ("f", "h"):
        lines += _moved(network, one.weights(network), other.weights(network))
    return "\n".join(lines)


def _moved(
    network: str, before: Mapping[str, np.ndarray], after: Mapping[str, np.ndarray]
) -> Iterator[str]:
    """Yield lines with the relative change of the weights: all of a network, its largest layers."""
    common = [name for name, w in before.items() if name in after and after[name].shape == w.shape]
    if not common:
        yield f"{network:<14}cannot be compared: no tensor of one name and shape is in both"
        return
    alone = len(before.keys() | after.keys()) - len(common)
    moved = {name: float(np.linalg.norm(after[name] - before[name])) for name in common}
    length = {name: float(np.linalg.norm(before[name])) for name in common}
    total = _relative(np.linalg.norm(list(moved.values())), np.linalg.norm(list(length.values())))
    yield f"{network:<14}moved by {total:.2%} of its length" + (
        f"; {alone} tensors are not in both or have another shape" if alone else ""
    )
    largest = sorted(common, key=lambda name: -before[name].size)[:SHOWN_LAYERS]
    for name in largest:
        yield f"  {_relative(moved[name], length[name]):>8.2%}  {name} {list(before[name].shape)}"


def _relative(moved: float | np.floating, length: float | np.floating) -> float:
    if not moved:
        return 0.0
    return float(moved / length) if length else float("inf")


def _folders(root: Path) -> Iterator[Path]:
    for folder, below, files in os.walk(root):
        below[:] = sorted(name for name in below if not name.startswith("."))
        if MANIFEST in files:
            yield Path(folder)


def _found(path: Path) -> Found:
    size = sum(file.stat().st_size for file in path.iterdir() if file.is_file())
    try:
        manifest = Manifest.from_json((path / MANIFEST).read_text(errors="replace"))
    except (BundleError, OSError) as error:
        return Found(path=path, manifest=None, problem=str(error), bytes=size)
    return Found(path=path, manifest=manifest, problem="", bytes=size)


def _version(found: Found) -> int:
    return found.manifest.version if found.manifest is not None else 0


def _row(found: Found, root: Path) -> tuple[str, ...]:
    folder = os.path.relpath(found.path, root)
    size = f"{found.bytes / 1e6:.1f}"
    manifest = found.manifest
    if manifest is None:
        return ("?", "", "", "", size, found.problem, folder)
    parent = str(manifest.parent) if manifest.parent else "-"
    delta = f"{manifest.delta:.4f}"
    return (str(manifest.version), parent, delta, verdict(manifest), size, manifest.name, folder)


def _signature(folder: Path) -> str:
    """Return by whom a bundle is signed; the signature is checked, the key may be anybody's."""
    text = read_signature(folder)
    if not text:
        return "-"
    digest = hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()
    try:
        signer = Signature.from_text(text).signer
        signature = TrustedKeys([signer]).check(text, manifest_sha256=digest)
    except SignatureError as error:
        return f"not valid: {error}"
    order = f", an order over versions up to {signature.over}" if signature.over else ""
    return f"by key {signer.hex()}, may be taken until {day(signature.until)}{order}"


def _count(bundle: Bundle, network: str) -> int:
    return sum(tensor.size for tensor in bundle.weights(network).values())


def _listed(content: Mapping[str, Any], indent: str = "  ") -> Iterator[str]:
    for key, value in sorted(content.items()):
        if isinstance(value, dict):
            yield f"{indent}{key}"
            yield from _listed(value, indent + "  ")
        else:
            yield f"{indent}{key:<{max(1, 24 - len(indent))}} {_short(value)}"


def _short(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, dict):
        return ", ".join(f"{key} {_short(item)}" for key, item in sorted(value.items())) or "-"
    if isinstance(value, list | tuple):
        return ", ".join(map(_short, value)) or "-"
    return "-" if value is None else str(value)
