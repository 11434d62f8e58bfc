"""A network that we trained as a file for the class scorer `onnx`, weights inside as float16."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from laecips_cloud.class_scorers.class_table import ClassTable
from laecips_cloud.class_scorers.semantic_network import NETWORK, TABLE, SemanticNetwork
from laecips_cloud.networks import RFNet
from laecips_cloud.onnx_graph import graph_without_weights


def export_scorer(
    network: RFNet,
    path: str | Path,
    *,
    classes: Sequence[str],
    input_size: tuple[int, int],
    temperature: float,
) -> SemanticNetwork:
    """Writes `network.onnx` and `classes.yaml`, all or nothing, and loads them back.

    Args:
        network: trained, in evaluation mode, on colour.
        path: the folder; one that is there already must hold such files and is replaced.
        classes: names of the network's outputs, which are ours.
        input_size: (height, width) in pixels.
        temperature: of its softmax.

    Returns:
        The network as the cloud will run it.

    Raises:
        ClassScorerError: the engine cannot run it.
        ValueError: a weight does not fit into float16, or `path` is something else.
    """
    path = Path(path)
    require_scorer_folder(path)
    with torch.random.fork_rng():
        graph, names = graph_without_weights(
            RFNet(classes=network.classes, width=network.width, depth=False).eval(),
            "forward",
            inputs={"rgb": torch.zeros(1, 3, *input_size)},
            output="logits",
        )
    state = network.state_dict()
    weights = {name: state[name].detach().float().cpu().numpy() for name in names}
    table = ClassTable.identity(classes, temperature=round(temperature, 4))
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        (draft / NETWORK).write_bytes(with_weights(graph, weights))
        (draft / TABLE).write_text(table.to_yaml(), encoding="utf-8")
        draft.chmod(0o755)
        SemanticNetwork(draft, classes)
        _replace_folder(draft, path)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return SemanticNetwork(path, classes)


def require_scorer_folder(path: Path) -> None:
    """Better before a training than after it: refuses a path that holds something else.

    Raises:
        ValueError: it is there and has no `network.onnx`.
    """
    if path.exists() and not (path / NETWORK).is_file():
        raise ValueError(f"{path}: is there and holds no {NETWORK}; give another folder")


def with_weights(graph: bytes, weights: Mapping[str, NDArray[np.float32]]) -> bytes:
    """A graph whose external initialisers are inside, as float16 that is widened when it is loaded.

    Engines fold the widening away before they run; a file of any size stays one file.

    Args:
        graph: ONNX from `graph_without_weights`.
        weights: float32 by the names of its initialisers.

    Raises:
        ValueError: a weight does not fit into float16.
    """
    model = onnx.load_from_string(graph)
    inside = [i for i in model.graph.initializer if i.name not in weights]
    del model.graph.initializer[:]
    model.graph.initializer.extend(inside)
    casts = []
    for name, weight in sorted(weights.items()):
        half = f"{name}.half"
        model.graph.initializer.append(numpy_helper.from_array(_half(name, weight), half))
        casts.append(helper.make_node("Cast", [half], [name], to=TensorProto.FLOAT))
    nodes = list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend([*casts, *nodes])
    return model.SerializeToString(deterministic=True)


def _half(name: str, weight: NDArray[np.float32]) -> NDArray[np.float16]:
    # Infinity in a batch norm's variance makes a finite answer, and a wrong one: no run would tell.
    largest = np.finfo(np.float16).max
    if (np.abs(weight) > largest).any():
        raise ValueError(f"weights: {name} exceeds {largest}, float16's largest; train it again")
    return np.asarray(weight, np.float16)


def _replace_folder(draft: Path, path: Path) -> None:
    """Rename `draft` to `path`, out of whose way a network of before steps first."""
    old = None
    if path.exists():
        old = Path(tempfile.mkdtemp(prefix=f".{path.name}.old.", dir=path.parent))
        os.rename(path, old)
    os.rename(draft, path)
    if old is not None:
        shutil.rmtree(old)
