"""Which values of a parameter file are a node's."""

from pathlib import Path

import pytest
from laecips_edge.core.parameter_file import given


@pytest.mark.parametrize(
    ("content", "says", "in_r1"),
    [
        ("cloud: {ros__parameters: {class_scorer: edge}}", True, False),
        ("/**/cloud: {ros__parameters: {class_scorer: edge}}", True, True),
        ("r1: {cloud: {ros__parameters: {class_scorer: edge}}}", False, True),
        ("/r1/cloud: {ros__parameters: {class_scorer: edge}}", False, True),
        ("/r2/cloud: {ros__parameters: {class_scorer: edge}}", False, False),
        ("/*/cloud: {ros__parameters: {class_scorer: edge}}", False, True),
        ("/r1/*: {ros__parameters: {class_scorer: edge}}", False, True),
        ("/**: {ros__parameters: {class_scorer: edge}}", True, True),
        ("/*: {ros__parameters: {class_scorer: edge}}", True, False),
        ("edge: {ros__parameters: {class_scorer: edge}}", False, False),
        ("cloud: {ros__parameters: {scorer_options: [model=x]}}", False, False),
        ("cloud: {ros__parameters: {vote: {class_scorer: edge}}}", False, False),
    ],
)
def test_what_a_file_says_to_the_cloud(
    tmp_path: Path, content: str, says: bool, in_r1: bool
) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(content, encoding="utf-8")
    assert (given(path, "cloud").get("class_scorer") == "edge") is says
    assert (given(path, "/r1/cloud").get("class_scorer") == "edge") is in_r1


def test_names_and_values(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        "edge: {ros__parameters: {seed: 1, warn: {late: 0.5}, qos_overrides: {/image: {a: 1}}}}\n"
        "/**: {ros__parameters: {seed: 2}}\n"
    )
    assert given(path, "edge") == {"seed": 2, "warn.late": 0.5}
