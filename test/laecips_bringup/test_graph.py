"""The description of the graph."""

from pathlib import Path

import pytest

from laecips_bringup import graph


def values(spec: graph.NodeSpec) -> dict[str, object]:
    """The parameter values of a node, files left out."""
    return {
        name: value
        for layer in spec.parameters
        if not isinstance(layer, Path)
        for name, value in layer.items()
    }


@pytest.mark.parametrize(
    ("namespace", "full_name"),
    [("", "/edge"), ("/", "/edge"), ("robot", "/robot/edge"), ("/a/b/", "/a/b/edge")],
)
def test_namespaces(namespace: str, full_name: str) -> None:
    spec = graph.edge(namespace=namespace)
    assert spec.full_name == full_name
    assert spec.topic("status") == f"{full_name}/status"


def test_the_player_publishes_where_the_edge_listens() -> None:
    edge = graph.edge(namespace="robot", image_topic="/camera/image")
    player = graph.player(bag="b", namespace="robot", image_topic="/camera/image")
    assert edge.remappings == player.remappings
    assert edge.remappings["image/compressed"] == "/camera/image/compressed"
    assert edge.namespace == player.namespace
    assert graph.edge().remappings == {}


def test_a_users_file_is_over_the_shipped_one_and_under_the_arguments() -> None:
    spec = graph.edge(bundle="B", params_file="mine.yaml", parameters={"policy": "spp"})
    files = [layer for layer in spec.parameters if isinstance(layer, Path)]
    assert files[-1] == Path("mine.yaml")
    assert spec.parameters[-1] == values(spec)
    assert values(spec)["bundle"] == "B"
    assert values(spec)["policy"] == "spp"


def test_without_a_bundle_the_parameter_file_says() -> None:
    assert "bundle" not in values(graph.edge())
    assert "bundles" not in values(graph.cloud())
    assert values(graph.cloud(bundle="B"))["bundles"] == ["B"]


def test_a_manager_takes_autostart_away() -> None:
    assert values(graph.edge())["autostart"] is True
    assert values(graph.cloud(autostart=False))["autostart"] is False


def test_an_unknown_transport_is_refused() -> None:
    with pytest.raises(ValueError, match="'theora' is unknown: use one of raw, compressed"):
        graph.edge(image_transport="theora")
