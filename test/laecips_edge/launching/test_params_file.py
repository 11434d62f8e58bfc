"""Typing errors in a parameter file are told, for ROS does not."""

from pathlib import Path

import pytest
from laecips_edge.launching.params_file import unknown_names


def mine(folder: Path, content: str) -> Path:
    path = folder / "mine.yaml"
    path.write_text(content, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "content",
    [
        "/**/edge: {ros__parameters: {policy: spp, autostart: true, use_sim_time: false}}",
        "cloud: {ros__parameters: {mask_generator: graph}}",
        "cloud: {ros__parameters: {scorer_options: [model=x], vote: {max_dissent: 1.0}}}",
        "cloud: {ros__parameters: {vote.max_margin: 0.5}}",
        "'**': {edge: {ros__parameters: {policy: spp}}}",
        "trainer: {ros__parameters: {training: {steps: 9}, source: /frames}}",
        "/**: {ros__parameters: {engine: onnxruntime, policy: spp, mask_generator: graph}}",
        "edge: {ros__parameters: {qos_overrides: {/image: {subscription: {depth: 1}}}}}",
        "camera: {ros__parameters: {exposure: 3}}",  # of somebody else
    ],
)
def test_nothing_to_say(tmp_path: Path, content: str) -> None:
    assert unknown_names(mine(tmp_path, content)) == []


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (
            "/**/edge: {ros__parameters: {polcy: spp, seed: 1}}",
            "edge has no parameter polcy, it is ignored: did you mean policy?",
        ),
        (
            "/**/cloud: {ros__parameters: {policy: spp}}",
            "cloud has no parameter policy, it is ignored",
        ),
        (
            "edge: {ros__parameters: {xyz: {abc: 1}}}",
            "edge has no parameter xyz.abc, it is ignored",
        ),
        (
            "cloud: {ros__parameters: {vote: {max_disent: 1.0}}}",
            "cloud has no parameter vote.max_disent, it is ignored: did you mean vote.max_dissent?",
        ),
        (
            "/**: {ros__parameters: {polcy: spp}}",
            "edge, cloud, trainer, bridge, gateway have no parameter polcy, it is ignored: "
            "did you mean policy?",
        ),
        (
            "/**/egde: {ros__parameters: {policy: spp, seed: 1}}",
            "section /**/egde is of no node here, it is ignored: did you mean /**/edge?",
        ),
        (
            "cloud_node: {ros__parameters: {engine: openvino}}",
            "section /cloud_node is of no node here, it is ignored: did you mean /**/cloud?",
        ),
        (  # a replay's nodes are in no namespace
            "/r1/edge: {ros__parameters: {polcy: spp}}",
            "section /r1/edge is of no node here, it is ignored: did you mean /**/edge?",
        ),
        (
            "/r1/**: {ros__parameters: {policy: spp}}",
            "section /r1/** is of no node here, it is ignored: did you mean /**?",
        ),
    ],
)
def test_a_name_that_nobody_has(tmp_path: Path, content: str, problem: str) -> None:
    path = mine(tmp_path, content)
    assert unknown_names(path) == [f"{path}: {problem}"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a: [", "is not YAML: while parsing"),
        ("", "has no section NODE"),
        ("policy: spp", "has no section NODE"),
    ],
)
def test_a_file_that_is_none(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        unknown_names(mine(tmp_path, content))
    assert "\n" not in str(caught.value)


def test_a_file_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"parameter file .*nope\.yaml is missing: name a"):
        unknown_names(tmp_path / "nope.yaml")


def test_a_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot be read: Is a directory"):
        unknown_names(tmp_path)
