"""The description of the graph."""

from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
from laecips_bringup.graph import graph
from laecips_cloud.hard_frames.cloud_settings import CloudSettings
from laecips_edge.launching.installed_files import config_file


def values(spec: graph.NodeSpec) -> dict[str, object]:
    """The parameter values of a node, files left out."""
    return {
        name: value
        for layer in spec.parameters
        if not isinstance(layer, Path)
        for name, value in layer.items()
    }


def test_the_player_publishes_where_the_edge_listens() -> None:
    edge, player = graph.edge(), graph.player(bag="b")
    assert (edge.namespace, edge.remappings) == (player.namespace, player.remappings) == ("/", {})


def test_a_users_file_is_over_the_shipped_one_and_under_the_arguments(
    mine: Callable[[str], Path],
) -> None:
    users = mine("threads: 2")
    spec = graph.edge(bundle="B", params_file=str(users), parameters={"policy": "spp"})
    files = [layer for layer in spec.parameters if isinstance(layer, Path)]
    assert files[-1] == users
    assert spec.parameters[-1] == values(spec)
    assert values(spec)["bundle"] == "B"
    assert values(spec)["policy"] == "spp"


def test_without_a_bundle_the_parameter_file_says() -> None:
    assert "bundle" not in values(graph.edge())
    assert "bundles" not in values(graph.cloud())
    assert values(graph.cloud(bundle="B"))["bundles"] == ["B"]
    assert not {"bundle", "source"} & set(values(graph.trainer()))
    given = values(graph.trainer(bundle="B", source="S", parameters={"min_frames": 3}))
    assert (given["bundle"], given["source"], given["min_frames"]) == ("B", "S", 3)


@pytest.fixture
def mine(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a parameter file for the cloud node."""

    def write(values: str) -> Path:
        path = tmp_path / "mine.yaml"
        path.write_text(f"/**/cloud: {{ros__parameters: {{{values}}}}}", encoding="utf-8")
        return path

    return write


def test_a_users_file_is_over_what_is_usual_with_a_teacher(mine: Callable[[str], Path]) -> None:
    users = mine("mask_generator: graph")
    spec = graph.cloud(bundle="B", teacher="/models/large", params_file=str(users))
    *shipped, usual, over, _ = spec.parameters
    assert all(isinstance(layer, Path) for layer in shipped)
    asking = graph.asking("/models/large")
    assert asking.pop("mask_generator") == "none"  # the user's word is not even contradicted
    assert (usual, over) == (asking, users)
    asked = graph.cloud(teacher="/models/large", parameters={"mask_generator": "sam"})
    assert values(asked)["mask_generator"] == "sam"
    assert values(asked)["scorer_options"] == ["model=/models/large"]


@pytest.mark.parametrize("scorer", ["edge", "onnx", "acme_exposure"])
def test_a_user_who_chooses_a_class_scorer_gets_nothing_of_another(
    mine: Callable[[str], Path], scorer: str
) -> None:
    users = str(mine(f"class_scorer: {scorer}"))
    spec = graph.cloud(bundle="B", teacher="/models/large", params_file=users)
    assert spec == graph.cloud(bundle="B", params_file=users)


def test_a_teacher_is_asked_by_the_class_scorer() -> None:
    assert graph.asking("") == {}
    asking = graph.asking("/models/large")
    assert asking["class_scorer"] in entry_points(group="laecips.class_scorers").names
    assert asking["mask_generator"] in entry_points(group="laecips.mask_generators").names
    assert CloudSettings.from_parameters(asking).scorer_options == ("model=/models/large",)


def test_without_a_teacher_the_parameter_files_say(mine: Callable[[str], Path]) -> None:
    spec = graph.cloud(bundle="B", params_file=str(mine("threads: 2")))
    assert not {"class_scorer", "scorer_options", "mask_generator"} & set(values(spec))
    assert [layer for layer in spec.parameters if not isinstance(layer, Path)] == [values(spec)]


NODES: list[Callable[..., graph.NodeSpec]] = [graph.edge, graph.cloud, graph.trainer]


@pytest.mark.parametrize("node", NODES)
def test_the_users_file_is_over_preset_and_usual_engine_and_these_over_what_ships(
    node: Callable[..., graph.NodeSpec], tmp_path: Path
) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("/**: {ros__parameters: {threads: 2}}", encoding="utf-8")
    spec = node(bundle="B", engine="openvino", preset="demo.yaml", params_file=str(mine))
    shipped, preset, usual, users, asked = spec.parameters
    assert shipped == config_file(f"{spec.name}.yaml")
    assert preset == config_file("demo.yaml")
    assert usual == {"engine": "openvino"}
    assert users == mine
    assert "engine" not in asked
    # To ROS a value for a full name is above one for a pattern: what is usual must go.
    mine.write_text("/**: {ros__parameters: {engine: onnxruntime}}", encoding="utf-8")
    layers = node(engine="openvino", params_file=str(mine)).parameters
    assert layers[1] == mine
    assert not any("engine" in layer for layer in layers if not isinstance(layer, Path))
    # Where nothing is said there is no layer.
    assert node().parameters == (config_file(f"{spec.name}.yaml"),)
    # What was asked for is over everything.
    given = node(engine="openvino", params_file=str(mine), parameters={"engine": "abacus"})
    assert given.parameters[-1]["engine"] == "abacus"


def test_the_trainer() -> None:
    spec = graph.trainer(bundle="B", source="S", parameters={"library": "L"})
    assert (spec.package, spec.executable, spec.full_name) == (
        "laecips_cloud",
        "trainer_node",
        "/trainer",
    )
    assert values(spec)["library"] == "L"
    assert spec.lifecycle


def test_a_teacher_runs_on_the_usual_engine_too(mine: Callable[[str], Path]) -> None:
    spec = graph.cloud(bundle="B", teacher="/models/large", engine="openvino")
    usual = {"engine": "openvino"} | graph.asking("/models/large", engine="openvino")
    assert spec.parameters[-2] == usual
    assert usual["scorer_options"] == ["model=/models/large", "engine=openvino"]
    # A user's own class scorer keeps its engine, f gets the usual one.
    users = mine("class_scorer: edge")
    spec = graph.cloud(teacher="/models/large", engine="openvino", params_file=str(users))
    assert spec.parameters[-2:] == ({"engine": "openvino"}, users)


def test_a_manager_takes_autostart_away() -> None:
    assert "autostart" not in values(graph.edge())
    assert values(graph.cloud(autostart=False))["autostart"] is False


@pytest.mark.parametrize(
    ("node", "key", "value"),
    [
        (graph.bridge, "addresses", ["host:1", "host:2"]),
        (graph.gateway, "address", "host:1, host:2"),
    ],
)
def test_bridge_and_gateway(
    node: Callable[..., graph.NodeSpec], key: str, value: Any, mine: Callable[[str], Path]
) -> None:
    path = mine("threads: 2")
    spec = node(namespace="r1", address="host:1, host:2", certificates="/c", params_file=str(path))
    shipped, users, asked = spec.parameters
    assert shipped == config_file(f"{spec.name}.yaml")
    assert users == path
    assert (asked[key], asked["certificates"]) == (value, "/c")
    assert not {key, "certificates"} & set(values(node()))
    assert (spec.executable, spec.lifecycle) == (f"{spec.name}_node", True)
