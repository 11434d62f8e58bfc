"""A network's ONNX graph without its weights: initialisers external, by the state dict's names.

No weights may enter the graph, so that it has the same bytes for every version of an architecture.
They are therefore made inputs before the graph is simplified, so that the simplifier cannot fold
them, and initialisers again afterwards.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

_PREFIX = "network."


def graph_without_weights(
    network: nn.Module, method: str, *, inputs: dict[str, torch.Tensor], outputs: Sequence[str]
) -> tuple[bytes, list[str]]:
    """Export one method of a network.

    Args:
        network: in evaluation mode.
        method: name of the method to export.
        inputs: example tensors by the names of the graph's inputs; they fix the sizes.
        outputs: names of the graph's outputs, in the order in which the method returns them.

    Returns:
        The ONNX model, and the names of its weights: a subset of the state dict's.
    """
    # Slow to import, and needed only for an export.
    import onnx_ir as ir  # noqa: PLC0415
    from onnxscript import optimizer  # noqa: PLC0415

    with quiet_exporter():
        model = _traced(_Method(network, method), inputs, outputs)
        graph = model.graph
        names = set(network.state_dict())
        weights = {
            key.removeprefix(_PREFIX): value
            for key, value in list(graph.initializers.items())
            if key.removeprefix(_PREFIX) in names
        }
        for name, value in weights.items():
            del graph.initializers[value.name]
            value.name, value.const_value = name, None
            graph.inputs.append(value)
        optimizer.optimize(model)
    used = []
    for name, value in sorted(weights.items()):
        graph.inputs.remove(value)
        if value.uses():
            value.const_value = ir.ExternalTensor(
                "weights", None, None, dtype=value.dtype, shape=value.shape, name=name
            )
            graph.initializers.add(value)
            used.append(name)
    forget_origins(model)
    return ir.to_proto(model).SerializeToString(deterministic=True), used


class _Method(nn.Module):
    """One method of a network as a module, because the exporter traces `forward`."""

    def __init__(self, network: nn.Module, method: str) -> None:
        super().__init__()
        self.network = network
        self.method = method
        self.train(network.training)

    def forward(self, *inputs: torch.Tensor) -> Any:
        return getattr(self.network, self.method)(*inputs)


def _traced(module: nn.Module, inputs: dict[str, torch.Tensor], outputs: Sequence[str]) -> Any:
    """Return the exporter's model without optimisation, which would fold batch norms and rename."""
    program = torch.onnx.export(
        module,
        tuple(inputs.values()),
        dynamo=True,
        optimize=False,
        input_names=list(inputs),
        output_names=list(outputs),
        verbose=False,
    )
    if program is None:
        raise RuntimeError("torch.onnx.export gave no program")
    return program.model


def forget_origins(model: Any) -> None:
    """Remove the notes on the origin of each node: they name folders of this machine."""
    model.metadata_props.clear()
    model.graph.metadata_props.clear()
    model.producer_version = None
    for value in (*model.graph.inputs, *model.graph.initializers.values()):
        value.metadata_props.clear()
    for node in model.graph:
        node.metadata_props.clear()
        node.doc_string = None
        for value in node.outputs:
            value.metadata_props.clear()


@contextmanager
def quiet_exporter() -> Iterator[None]:
    """Suppress the exporter's warnings about its own deprecations and a missing torchvision.

    It traces without gradients: the same graph in a fifth less time.
    """
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
