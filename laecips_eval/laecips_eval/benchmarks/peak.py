"""How much of what a processor can do f reaches: its rate over that of a large matrix product.

The product runs on the same engine, in the same precision; in fp32 numpy's counts too if it is
faster. Rates are of processor time, over all threads, so that other load counts little.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from time import process_time
from typing import Final, NamedTuple

import numpy as np
import onnx
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.inference.engines import create_engine, precision_of

SIDE: Final = 2048
"""Rows and columns of the matrices."""

_OPSET: Final = 17


class PeakRow(NamedTuple):
    """One engine and number of threads; rates are 10^9 operations a second of a core.

    A product and a sum are two operations. Of f those of its convolutions and matrix products
    count, its time is that of the whole network.

    Attributes:
        engine: name of the engine.
        precision: precision of its computation.
        threads: CPU threads of one run.
        product: rate of the matrix product.
        f: rate of f.
        share: f / product.
    """

    engine: str
    precision: str
    threads: int
    product: float
    f: float
    share: float


def run(
    bundle: Path,
    *,
    engines: Sequence[str],
    providers: Sequence[str],
    threads: Sequence[int],
    repeats: int,
    side: int = SIDE,
) -> list[PeakRow]:
    """Measure f and the product in turns; of each the best run counts.

    Args:
        bundle: the bundle's folder.
        engines: engine names, as for `create_engine`.
        providers: execution providers, best first.
        threads: numbers of CPU threads.
        repeats: number of runs.
        side: rows and columns of the matrices.

    Raises:
        ValueError: the bundle, an engine or a provider cannot be used.
    """
    loaded = Bundle.load(bundle)
    rng = np.random.default_rng(0)
    matrix = rng.standard_normal((side, side), np.float32)
    graph, weights = loaded.graph_f, loaded.weights("f")
    flops = operations(graph)
    rows = []
    for count in threads:
        for engine in engines:
            create = partial(create_engine, engine, providers=providers, threads=count)
            f, product = create(graph, weights), create(_product(matrix), {})
            shapes = {name: _known(shape) for name, shape in f.inputs.items()}
            inputs = {name: np.ones(shape, np.float32) for name, shape in shapes.items()}
            product_s = f_s = math.inf
            precision = precision_of(engine, providers)
            for _ in range(repeats + 1):
                product_s = min(product_s, _seconds(lambda: product.run({"a": matrix})))  # noqa: B023
                if precision == "fp32":
                    product_s = min(product_s, _seconds(lambda: matrix @ matrix))
                f_s = min(f_s, _seconds(lambda: f.run(inputs)))  # noqa: B023
            rates = 2 * side**3 / product_s / 1e9, flops / f_s / 1e9
            rows.append(
                PeakRow(
                    engine=engine,
                    precision=precision,
                    threads=count,
                    product=rates[0],
                    f=rates[1],
                    share=rates[1] / rates[0],
                )
            )
    return rows


def operations(graph: bytes) -> int:
    """Return the operations of a network's convolutions and matrix products, for one picture.

    Args:
        graph: ONNX, of fixed input shapes; its weights may be outside.
    """
    inferred = onnx.shape_inference.infer_shapes(onnx.load_from_string(graph)).graph
    shapes = {tensor.name: list(tensor.dims) for tensor in inferred.initializer}
    for value in (*inferred.input, *inferred.value_info, *inferred.output):
        shapes[value.name] = [side.dim_value for side in value.type.tensor_type.shape.dim]
    total = 0
    for node in inferred.node:
        if node.op_type == "Conv":
            terms = math.prod(shapes[node.input[1]][1:])
        elif node.op_type == "MatMul":
            terms = shapes[node.input[0]][-1]
        else:
            continue
        total += 2 * terms * math.prod(shapes[node.output[0]])
    return total


def _product(matrix: np.ndarray) -> bytes:
    """Return the graph of a product with this matrix."""
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["a", "b"], ["c"])],
        "product",
        [helper.make_tensor_value_info("a", kind, matrix.shape)],
        [helper.make_tensor_value_info("c", kind, matrix.shape)],
        [onnx.numpy_helper.from_array(matrix, "b")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=8)
    return bytes(model.SerializeToString())


def _known(shape: Sequence[int | None]) -> list[int]:
    return [1 if side is None else side for side in shape]


def _seconds(function: Callable[[], object]) -> float:
    started = process_time()
    function()
    return process_time() - started
