"""A model bundle: one pair (f, h) as a folder that any engine can assemble.

    manifest.json         identity, geometry, calibration (`manifest.py`); sha256 of the other files
    graph_f.onnx          f without weights: its initialisers are external, by name; output logits,
                          and q where f has a predictor head (AppealNet)
    graph_h.onnx          h likewise; neither graph's bytes change between versions
    weights.safetensors   float16; names start with "f." or "h."
    weights.delta         only at the trainer: what makes the weights of the parent's
    agreement.safetensors answers of the exporter, which every engine must give
    pictures.safetensors  the pictures that they are of, the same from version to version; in older
                          bundles they are in agreement.safetensors
    int8.safetensors      may be missing: ranges of the inputs of f's convolutions, which an engine
                          needs to compute in int8; updates keep it, for it has no weights

No file is executable or pickled.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
import safetensors
import safetensors.numpy
from numpy.typing import NDArray

from laecips_edge.core.atomic_files import replace_folder
from laecips_edge.core.bundle.manifest import BundleError, Manifest

__all__ = ["AgreementFrame", "Bundle", "BundleError", "Manifest", "write_bundle"]

MANIFEST = "manifest.json"
GRAPH_F, GRAPH_H = "graph_f.onnx", "graph_h.onnx"
WEIGHTS = "weights.safetensors"
AGREEMENT = "agreement.safetensors"
DELTA = "weights.delta"
INT8 = "int8.safetensors"
PICTURES = "pictures.safetensors"
FILES = (GRAPH_F, GRAPH_H, WEIGHTS, AGREEMENT)
"""Files of every bundle."""

MORE = (PICTURES, INT8)
"""Files that a bundle may have besides; an update needs no new ones."""

Weights = Mapping[str, NDArray[np.float32]]
Ranges = Mapping[str, tuple[float, float]]


@dataclass(frozen=True, kw_only=True)
class AgreementFrame:
    """A picture with the answers that f and h must give on every engine.

    Attributes:
        jpeg: the picture at the input size, as JPEG; the answers are for the decoded picture.
        label_map: uint8 [h,w], argmax of f's logits at stride.
        trust: h's output, in (0, 1].
        depth_png: depth as a 16-bit PNG, in millimetres; empty if f takes no depth.
        q: output of f's predictor head, in (0, 1]; None if f has none.
    """

    jpeg: bytes
    label_map: NDArray[np.uint8]
    trust: float
    depth_png: bytes = b""
    q: float | None = None

    @cached_property
    def rgb(self) -> NDArray[np.uint8]:
        """The decoded picture, uint8 [H,W,3], RGB."""
        bgr = cv2.imdecode(np.frombuffer(self.jpeg, np.uint8), cv2.IMREAD_COLOR)
        if bgr is None:
            raise BundleError("agreement: a picture is not JPEG; export the bundle again")
        return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)

    @cached_property
    def depth(self) -> NDArray[np.uint16] | None:
        """The decoded depth, uint16 [H,W] in millimetres; None if f takes no depth."""
        if not self.depth_png:
            return None
        depth = cv2.imdecode(np.frombuffer(self.depth_png, np.uint8), cv2.IMREAD_UNCHANGED)
        if depth is None:
            raise BundleError("agreement: a depth map is not PNG; export the bundle again")
        return np.asarray(depth, np.uint16)


class Bundle:
    """A bundle in memory, with verified hashes. Make one with `Bundle.load` or `write_bundle`."""

    def __init__(self, *, path: Path, manifest: Manifest, contents: Mapping[str, bytes]) -> None:
        self.path = path
        self.manifest = manifest
        self._contents = contents

    @classmethod
    def load(cls, path: str | Path, *, classes: Sequence[str] | None = None) -> Bundle:
        """Read and verify a bundle's folder.

        Args:
            path: the folder.
            classes: class names that the caller needs, in order; None: any.

        Raises:
            BundleError: a file is missing or unreadable, its sha256 is not the manifest's, or the
                bundle is for other classes.
        """
        path = Path(path)
        text = _read(path, MANIFEST).decode(errors="replace")
        try:
            manifest = Manifest.from_json(text)
        except BundleError as error:
            reason = str(error).removeprefix("manifest: ")
            raise BundleError(f"{path / MANIFEST}: {reason}") from error
        if classes is not None and tuple(classes) != manifest.classes:
            raise BundleError(
                f"{path}: made for the classes {', '.join(manifest.classes)}, here they are "
                f"{', '.join(classes)}; take a bundle of these classes or train one"
            )
        if missing := [name for name in FILES if name not in manifest.files]:
            raise BundleError(
                f"{path / MANIFEST}: no sha256 of {', '.join(missing)}; export the bundle again"
            )
        contents = {}
        for name in (*FILES, *MORE):
            if name not in manifest.files or (name == INT8 and not (path / INT8).is_file()):
                continue  # who fetched it without ranges, as an older package does, runs in float
            contents[name] = _read(path, name)
            found = sha256(contents[name])
            if found != manifest.files[name]:
                raise BundleError(
                    f"{path / name}: sha256 is {found[:12]}..., the manifest has "
                    f"{manifest.files[name][:12]}...; fetch the bundle again"
                )
        return cls(path=path, manifest=manifest, contents=contents)

    @property
    def files(self) -> tuple[str, ...]:
        """Names of its files beside the manifest."""
        return tuple(self._contents)

    @property
    def graph_f(self) -> bytes:
        """Graph of f as ONNX; its initialisers are external, by the names of `weights("f")`."""
        return self._contents[GRAPH_F]

    @property
    def graph_h(self) -> bytes:
        """Graph of h as ONNX; its initialisers are external, by the names of `weights("h")`."""
        return self._contents[GRAPH_H]

    @property
    def weights_file(self) -> bytes:
        """The file of the weights of f and h, safetensors."""
        return self._contents[WEIGHTS]

    def weights(self, network: str) -> dict[str, NDArray[np.float32]]:
        """Return the parameters and running statistics of a network, float32 by name.

        Args:
            network: "f" or "h".

        Raises:
            BundleError: the file is not readable as safetensors.
        """
        prefix = f"{network}."
        return {
            name.removeprefix(prefix): tensor.astype(np.float32)
            for name, tensor in self._tensors(WEIGHTS).items()
            if name.startswith(prefix)
        }

    def agreement(self) -> list[AgreementFrame]:
        """Return the agreement frames, in the exporter's order.

        Raises:
            BundleError: a file is not readable as safetensors, or a tensor is missing or no
                picture.
        """
        tensors = self._tensors(AGREEMENT)
        if PICTURES in self._contents:
            tensors |= self._tensors(PICTURES)
        count = sum(name.endswith(".jpeg") for name in tensors)
        try:
            return [
                AgreementFrame(
                    jpeg=tensors[f"{i}.jpeg"].tobytes(),
                    label_map=_label_map(tensors, f"{i}.label_map"),
                    trust=float(tensors[f"{i}.trust"][0]),
                    depth_png=tensors[f"{i}.depth_png"].tobytes(),
                    q=float(tensors[f"{i}.q"][0]) if f"{i}.q" in tensors else None,
                )
                for i in range(count)
            ]
        except KeyError as error:
            raise BundleError(
                f"{self.path / AGREEMENT}: no tensor {error}; export the bundle again"
            ) from error

    @property
    def int8_file(self) -> bytes:
        """The file of `int8_ranges`; empty if there is none."""
        return self._contents.get(INT8, b"")

    def int8_ranges(self) -> dict[str, tuple[float, float]]:
        """Return the smallest and the largest input of f's convolutions, by name of their weight.

        Empty: the bundle has no such ranges, so f cannot run in int8.

        Raises:
            BundleError: the file is not readable as safetensors, or a range is none.
        """
        ranges = {}
        for name, tensor in self._tensors(INT8).items() if self.int8_file else ():
            if tensor.shape != (2,) or not np.isfinite(tensor).all() or tensor[0] > tensor[1]:
                raise BundleError(
                    f"{self.path / INT8}: {name} is no range; measure it again (`laecips quantise`)"
                )
            ranges[name] = float(tensor[0]), float(tensor[1])
        return ranges

    def _tensors(self, name: str) -> dict[str, NDArray]:
        try:
            return safetensors.numpy.load(self._contents[name])
        except safetensors.SafetensorError as error:
            raise BundleError(
                f"{self.path / name}: not readable as safetensors ({error}); fetch the bundle again"
            ) from error


def write_bundle(
    path: str | Path,
    *,
    manifest: Manifest,
    graph_f: bytes,
    graph_h: bytes,
    weights_f: Weights,
    weights_h: Weights,
    agreement: Sequence[AgreementFrame],
    delta: bytes = b"",
    int8_file: bytes = b"",
    check: Callable[[Bundle], None] | None = None,
) -> Bundle:
    """Write a bundle's folder in one step, and load it back.

    Args:
        path: the folder; an existing one must be a bundle and is replaced.
        manifest: the manifest; this function fills in `files`.
        graph_f: graph of f, ONNX without weights.
        graph_h: graph of h, ONNX without weights.
        weights_f: weights of f, float32 by the graph's names; written as float16.
        weights_h: weights of h, likewise.
        agreement: frames for `Segmenter.self_test`.
        delta: makes the weights of those of the manifest's `delta_of`; empty: none.
        int8_file: see `ranges_file`; empty: none.
        check: called with the new bundle before it replaces `path`; an error that it raises leaves
            `path` as it was.

    Raises:
        BundleError: a weight does not fit into float16, or `path` exists and is no bundle.
    """
    path = Path(path)
    if path.exists() and not (path / MANIFEST).is_file():
        raise BundleError(f"{path}: exists and is not a bundle; give another folder")
    halves = {
        f"{network}.{name}": half(f"{network}.{name}", tensor)
        for network, weights in (("f", weights_f), ("h", weights_h))
        for name, tensor in sorted(weights.items())
    }
    contents = {
        GRAPH_F: graph_f,
        GRAPH_H: graph_h,
        WEIGHTS: safetensors.numpy.save(halves),
        AGREEMENT: safetensors.numpy.save(_answers(agreement)),
        PICTURES: safetensors.numpy.save(_pictures(agreement)),
        **({DELTA: delta} if delta else {}),
        **({INT8: int8_file} if int8_file else {}),
    }
    manifest = replace(manifest, files={name: sha256(data) for name, data in contents.items()})
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        for name, data in (contents | {MANIFEST: manifest.to_json().encode()}).items():
            _write(draft / name, data)
        draft.chmod(0o755)
        if check is not None:
            check(Bundle.load(draft))
        replace_folder(draft, path)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return Bundle.load(path)


def ranges_file(ranges: Ranges) -> bytes:
    """Return the file that holds ranges; see `Bundle.int8_ranges`."""
    return safetensors.numpy.save(
        {name: np.array(ranges[name], np.float32) for name in sorted(ranges)}
    )


def _answers(frames: Sequence[AgreementFrame]) -> dict[str, NDArray]:
    tensors: dict[str, NDArray] = {}
    for i, frame in enumerate(frames):
        tensors[f"{i}.label_map.png"] = cv2.imencode(".png", frame.label_map)[1].ravel()
        tensors[f"{i}.trust"] = np.array([frame.trust], np.float32)
        if frame.q is not None:
            tensors[f"{i}.q"] = np.array([frame.q], np.float32)
    return tensors


def _pictures(frames: Sequence[AgreementFrame]) -> dict[str, NDArray]:
    tensors: dict[str, NDArray] = {}
    for i, frame in enumerate(frames):
        tensors[f"{i}.jpeg"] = np.frombuffer(frame.jpeg, np.uint8)
        tensors[f"{i}.depth_png"] = np.frombuffer(frame.depth_png, np.uint8)
    return tensors


def _label_map(tensors: Mapping[str, NDArray], name: str) -> NDArray[np.uint8]:
    """Return a label map, of an older bundle as it is, else from PNG."""
    if name in tensors:
        return tensors[name]
    label_map = cv2.imdecode(tensors[f"{name}.png"], cv2.IMREAD_GRAYSCALE)
    if label_map is None:
        raise BundleError("agreement: a label map is not PNG; export the bundle again")
    return np.asarray(label_map, np.uint8)


def half(name: str, tensor: NDArray[np.float32]) -> NDArray[np.float16]:
    """Return a weight as float16.

    A value beyond float16 would become infinity. In a batch norm's variance that gives a finite but
    wrong answer, which no test of the answers finds; so it is refused here.

    Args:
        name: name of the weight, for the message.
        tensor: float32.

    Raises:
        BundleError: a value does not fit into float16.
    """
    largest = np.finfo(np.float16).max
    if (np.abs(tensor) > largest).any():
        raise BundleError(f"weights: {name} exceeds {largest}, float16's largest; train it again")
    return np.ascontiguousarray(tensor, np.float16)


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _read(path: Path, name: str) -> bytes:
    try:
        return (path / name).read_bytes()
    except OSError as error:
        raise BundleError(
            f"{path / name}: cannot be read ({error.strerror}); "
            "give the folder of a bundle, or fetch it again"
        ) from error


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
