"""Whose word counts: of the shipped file, of the launch files around ours, of the user's file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from laecips_edge.launching.installed_files import config_file
from laecips_edge.launching.node_spec import NodeSpec, Shared, absolute, managed_node, said


def node(shared: Shared, **usual: Any) -> NodeSpec:
    return managed_node("laecips_edge", "edge", shared, usual=usual, asked={"robot": "asked"})


@pytest.mark.parametrize(
    ("namespace", "within", "found"),
    [
        ("", "", "/"),
        ("/", "", "/"),
        ("r1", "", "/r1"),
        ("/a//b/", "", "/a/b"),
        ("", "/fleet", "/fleet"),
        ("r1", "/fleet", "/fleet/r1"),
        ("/r1", "/fleet", "/r1"),
    ],
)
def test_a_namespace_is_inside_the_surrounding_one_unless_it_is_absolute(
    namespace: str, within: str, found: str
) -> None:
    assert absolute(namespace, within=within) == found
    spec = node({"namespace": found})
    assert spec.topic("status") == f"{spec.full_name}/status" == f"{found.rstrip('/')}/edge/status"


def test_layers(mine: Callable[[str], Path]) -> None:
    path = mine("/**/edge: {ros__parameters: {threads: 2}}")
    around = path.with_name("around.yaml")
    around.write_text("/**: {ros__parameters: {seed: 5}}", encoding="utf-8")
    shared: Shared = {
        "preset": "robot.yaml",
        "surrounding": ({"use_sim_time": True}, around),
        "params_file": str(path),
        "autostart": False,
    }
    assert node(shared, bundle="/b").parameters == (
        config_file("edge.yaml"),
        config_file("robot.yaml"),
        {"bundle": "/b"},
        {"use_sim_time": True},
        around,
        path,
        {"autostart": False, "robot": "asked"},
    )


def test_what_nobody_asked_for_is_not_said() -> None:
    """A value here has the node's full name, which in ROS is above any pattern in a file."""
    assert node({}).parameters == (config_file("edge.yaml"), {"robot": "asked"})


@pytest.mark.parametrize("section", ["/**", "/**/edge", "/r1/edge"])
def test_the_users_word_is_above_what_is_usual_and_what_is_around(
    mine: Callable[[str], Path], section: str
) -> None:
    path = mine(f"{section}: {{ros__parameters: {{bundle: /mine, threads: 2}}}}")
    shared: Shared = {
        "namespace": "/r1",
        "params_file": str(path),
        "surrounding": ({"threads": 7},),
    }
    layers = [
        layer for layer in node(shared, bundle="/usual").parameters if isinstance(layer, dict)
    ]
    assert not any("bundle" in layer for layer in layers)
    assert [layer["threads"] for layer in layers if "threads" in layer] == [2]
    assert said("edge", shared) == {"bundle": "/mine", "threads": 2}


def test_the_word_to_another_robot_is_none_to_this_one(mine: Callable[[str], Path]) -> None:
    path = mine("/r2/edge: {ros__parameters: {bundle: /theirs}}")
    shared: Shared = {"namespace": "r1", "params_file": str(path)}
    assert {"bundle": "/usual"} in node(shared, bundle="/usual").parameters


def test_a_file_that_is_missing_stops_it(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"nope\.yaml is missing: name a parameter file of ROS"):
        node({"params_file": str(tmp_path / "nope.yaml")})
