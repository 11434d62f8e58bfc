"""Fixtures of the cloud's tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from laecips_edge.core.bundle.bundle import Bundle, write_bundle
from laecips_edge.core.image.image_messages import encode_jpeg


@pytest.fixture(scope="session")
def next_bundle(tiny_bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """Version 2 of the tiny bundle: the same classes, but its last layer has mixed them up."""
    weights = tiny_bundle.weights("f")
    weights["logits.conv.weight"] = weights["logits.conv.weight"][::-1]
    return write_bundle(
        tmp_path_factory.mktemp("bundles") / "next",
        manifest=replace(tiny_bundle.manifest, version=2, parent=1),
        graph_f=tiny_bundle.graph_f,
        graph_h=tiny_bundle.graph_h,
        weights_f=weights,
        weights_h=tiny_bundle.weights("h"),
        agreement=[],
    )


@pytest.fixture(scope="session")
def rgb() -> np.ndarray:
    """A picture of coloured blocks, not of the bundle's own size: uint8 [90,140,3]."""
    blocks = np.random.default_rng(3).integers(0, 256, (6, 7, 3), np.uint8)
    return blocks.repeat(15, axis=0).repeat(20, axis=1)


@pytest.fixture(scope="session")
def jpeg(rgb: np.ndarray) -> bytes:
    """The picture as a robot sends it."""
    return encode_jpeg(rgb, 90)


@pytest.fixture
def buffer_path(tmp_path: Path) -> Path:
    """Where a replay buffer may be made."""
    return tmp_path / "replay.sqlite"


IDENTITY = ((1, 0, 0), (0, 1, 0), (0, 0, 1))


@pytest.fixture
def save_network(tmp_path: Path) -> Callable[..., Path]:
    """Writes a small semantic network as an ONNX file, and a class table beside it."""
    onnx = pytest.importorskip("onnx")
    from onnx import helper, numpy_helper  # noqa: PLC0415 (not for every session)

    def save(
        name: str = "network.onnx",
        *,
        weight: Any = IDENTITY,
        bias: Any = None,
        after: Sequence[Any] = (),
        inputs: Sequence[tuple[str, Sequence[int | str]]] = (("rgb", (1, 3, 4, 6)),),
        outputs: Sequence[str] = ("scores",),
        kind: type = np.float32,
        table: str = "",
        **saving: Any,
    ) -> Path:
        """A 1 x 1 convolution of the first input: logits of a pixel by its colour alone.

        Args:
            name: of the file in the test's folder.
            weight: [K, 3], from RGB to K outputs.
            bias: [K].
            after: nodes that make `scores` from the convolution's `conv`; none: they are the same.
            inputs: name and shape of each.
            outputs: names of what it gives.
            kind: of its numbers.
            table: of the classes, as YAML; empty for none.
            saving: what `onnx.save` takes.
        """
        weight = np.asarray(weight, kind)
        bias = np.zeros(len(weight), kind) if bias is None else np.asarray(bias, kind)
        number = helper.np_dtype_to_tensor_dtype(np.dtype(kind))
        shape = (*weight.shape, *[1] * (len(inputs[0][1]) - 2))
        nodes = [
            helper.make_node("Conv", [inputs[0][0], "weight", "bias"], ["conv"]),
            *(after or [helper.make_node("Identity", ["conv"], ["scores"])]),
        ]
        graph = helper.make_graph(
            nodes,
            "network",
            [helper.make_tensor_value_info(i, number, shape) for i, shape in inputs],
            [onnx.ValueInfoProto(name=output) for output in outputs],
            [
                numpy_helper.from_array(weight.reshape(shape), "weight"),
                numpy_helper.from_array(bias, "bias"),
            ],
        )
        opset = helper.make_opsetid("", 17)
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        model = helper.make_model(graph, opset_imports=[opset], ir_version=8)
        onnx.save(model, path, **saving)
        if table:
            path.with_suffix(".yaml").write_text(table, encoding="utf-8")
        return path

    return save
