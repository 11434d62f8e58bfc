"""Export of a trained network to the files of the class scorer `onnx`.

network.onnx      the network, for pictures of one size
quick.onnx        the same for smaller pictures, if requested
network.weights   the float16 weights of both
classes.yaml      the class table of both
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import onnx
import torch
from laecips_edge.core.atomic_files import replace_folder
from laecips_edge.core.bundle.bundle import half
from numpy.typing import NDArray
from onnx import StringStringEntryProto, TensorProto, helper

from laecips_cloud.class_scorers.class_table import ClassTable
from laecips_cloud.class_scorers.semantic_network import (
    NETWORK,
    QUICK,
    TABLE,
    SemanticNetwork,
)
from laecips_cloud.networks import RFNet
from laecips_cloud.networks.onnx_graph import graph_without_weights

WEIGHTS = "network.weights"


def export_scorer(
    network: RFNet,
    path: str | Path,
    *,
    classes: Sequence[str],
    input_size: tuple[int, int],
    temperature: float,
    quick_size: tuple[int, int] | None = None,
) -> SemanticNetwork:
    """Write the files, all or none, and load them back.

    Args:
        network: trained, in evaluation mode, on colour.
        path: output folder; an existing one must hold such files and is replaced.
        classes: our classes, which are the network's outputs, in their order.
        input_size: (height, width) in pixels.
        temperature: temperature of the softmax.
        quick_size: (height, width) in pixels of `quick.onnx`; None to write none.

    Returns:
        The network as the cloud runs it.

    Raises:
        ClassScorerError: the engine cannot run it.
        ValueError: a weight does not fit into float16, or `path` holds other files.
    """
    path = Path(path)
    require_scorer_folder(path)
    sizes = {NETWORK: input_size} | ({QUICK: quick_size} if quick_size else {})
    graphs = {
        name: scorer_graph(network.classes, network.width, size) for name, size in sizes.items()
    }
    state, (_, names) = network.state_dict(), graphs[NETWORK]
    weights, tensors = pack({n: state[n].detach().float().cpu().numpy() for n in names})
    table = ClassTable.identity(classes, temperature=round(temperature, 4))
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        (draft / WEIGHTS).write_bytes(weights)
        for name, (graph, _) in graphs.items():
            (draft / name).write_bytes(with_weights(graph, tensors))
        table.write(draft / TABLE)
        draft.chmod(0o755)
        for name in graphs:
            SemanticNetwork(draft / name, classes)
        replace_folder(draft, path)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return SemanticNetwork(path, classes)


@lru_cache(maxsize=8)
def scorer_graph(classes: int, width: float, size: tuple[int, int]) -> tuple[bytes, list[str]]:
    """Return the graph and its weights' names, from a new network without trained weights."""
    with torch.random.fork_rng():  # keep the caller's random state
        bare = RFNet(classes=classes, width=width, depth=False).eval()
    inputs = {"rgb": torch.zeros(1, 3, *size)}
    return graph_without_weights(bare, "forward", inputs=inputs, outputs=["logits"])


def require_scorer_folder(path: Path) -> None:
    """Refuse a path that holds other files, before a training instead of after it.

    Raises:
        ValueError: the path exists and has no `network.onnx`.
    """
    if path.exists() and not (path / NETWORK).is_file():
        raise ValueError(f"{path}: is there and holds no {NETWORK}; give another folder")


def pack(weights: Mapping[str, NDArray[np.float32]]) -> tuple[bytes, dict[str, TensorProto]]:
    """Pack weights into one float16 file; return it and tensors that refer to it, by name.

    Args:
        weights: float32 by name.

    Raises:
        ValueError: a weight does not fit into float16.
    """
    packed, tensors = bytearray(), {}
    for name, weight in sorted(weights.items()):
        data = half(name, weight).tobytes()
        where = {"location": WEIGHTS, "offset": len(packed), "length": len(data)}
        tensors[name] = TensorProto(
            name=f"{name}.half",
            data_type=TensorProto.FLOAT16,
            dims=weight.shape,
            data_location=TensorProto.EXTERNAL,
            external_data=[
                StringStringEntryProto(key=key, value=str(value)) for key, value in where.items()
            ],
        )
        packed += data
    return bytes(packed), tensors


def with_weights(graph: bytes, tensors: Mapping[str, TensorProto]) -> bytes:
    """Return a graph that reads its weights from the file, and widens them when it is loaded.

    Engines fold the conversion before they run; graphs for other sizes share the file.

    Args:
        graph: ONNX from `graph_without_weights`.
        tensors: from `pack`, by the names of the graph's initialisers.
    """
    model = onnx.load_from_string(graph)
    inside = [i for i in model.graph.initializer if i.name not in tensors]
    del model.graph.initializer[:]
    model.graph.initializer.extend([*inside, *tensors.values()])
    casts = [
        helper.make_node("Cast", [tensor.name], [name], to=TensorProto.FLOAT)
        for name, tensor in tensors.items()
    ]
    nodes = list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend([*casts, *nodes])
    return model.SerializeToString(deterministic=True)
