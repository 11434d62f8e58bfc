"""Class scorers by name, their options as text."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from laecips_cloud.class_scorers import (
    ClassScorerError,
    create_class_scorer,
)
from laecips_cloud.class_scorers.blend import BlendScorer
from laecips_cloud.class_scorers.edge import EdgeScorer

OURS = ("red", "green", "blue")


def test_edge_needs_nothing() -> None:
    assert isinstance(create_class_scorer("edge", classes=OURS), EdgeScorer)


def test_options_are_read_by_their_types(save_network: Callable[..., Path]) -> None:
    table = "outputs: [r, g, b]\nclasses: {red: [r], green: [g], blue: [b], unknown: []}"
    options = {"model": str(save_network(table=table)), "cloud_weight": "0.25", "flip": "False"}
    assert isinstance(create_class_scorer("blend", options, classes=list(OURS)), BlendScorer)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("onxx", {}, "class scorer 'onxx' is not known: take one of blend, edge, onnx"),
        ("edge", {"model": "x"}, "class scorer edge has no option 'model': it has none"),
        ("edge", {"classes": "x"}, "class scorer edge has no option 'classes': it has none"),
        (
            "onnx",
            {"modle": "x"},
            "class scorer onnx has no option 'modle': it has model, table, flip, engine, "
            "providers, threads",
        ),
        ("onnx", {"threads": "many"}, "onnx: option threads is 'many', it must be int"),
        ("onnx", {"flip": "1"}, "onnx: option flip is '1', it must be bool"),
        ("blend", {"cloud_weight": "much"}, "option cloud_weight is 'much', it must be float"),
        ("onnx", {}, "class scorer onnx needs a network: set its option model"),
        ("blend", {}, "class scorer blend needs a network: set its option model"),
    ],
)
def test_what_cannot_be_made(name: str, options: dict[str, str], message: str) -> None:
    with pytest.raises(ClassScorerError, match=re.escape(message)):
        create_class_scorer(name, options, classes=OURS)


@pytest.mark.parametrize("name", ["onnx", "blend"])
def test_a_network_for_other_classes(name: str, save_network: Callable[..., Path]) -> None:
    table = "outputs: [r, g, b]\nclasses: {red: [r], green: [g], unknown: [b]}"
    options = {"model": str(save_network(table=table))}
    message = rf"class scorer {name}: class table .*\.yaml: classes: no row for blue; give \[\]"
    with pytest.raises(ClassScorerError, match=message):
        create_class_scorer(name, options, classes=OURS)
