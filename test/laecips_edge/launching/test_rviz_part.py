"""RViz, where it is installed."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from ament_index_python.packages import get_package_prefix
from laecips_edge.launching.arguments import shared_of
from laecips_edge.launching.installed_files import rviz_layout
from laecips_edge.launching.rviz_part import SHOWN, rviz_part

Arguments = Callable[..., dict[str, str]]


@pytest.fixture
def rviz_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = tmp_path / "share/ament_index/resource_index/packages"
    index.mkdir(parents=True)
    (index / "rviz2").touch()
    monkeypatch.setenv("AMENT_PREFIX_PATH", f"{tmp_path}:{os.environ['AMENT_PREFIX_PATH']}")


@pytest.mark.usefixtures("rviz_installed")
def test_it_looks_at_the_camera_of_the_edge_node(arguments: Arguments) -> None:
    values = arguments(
        rviz="True", namespace="r1", image_topic="cam/compressed", use_sim_time="True"
    )
    (node,) = rviz_part(values, shared_of(values, within="/fleet"))
    assert (node.full_name, node.lifecycle) == ("/fleet/r1/rviz", False)
    assert node.remappings == {"image": "cam", "image/compressed": "cam/compressed"}
    assert node.arguments == ("-d", str(rviz_layout(compressed=True)))
    assert node.parameters == ({"use_sim_time": True},)


@pytest.mark.usefixtures("rviz_installed")
@pytest.mark.parametrize("asked", ["raw", "compressed"])
def test_the_parameter_file_may_say_how_the_pictures_come(
    arguments: Arguments, tmp_path: Path, asked: str
) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text(f"edge: {{ros__parameters: {{image_transport: {asked}}}}}", encoding="utf-8")
    values = arguments(rviz="true", params_file=str(mine))
    (node,) = rviz_part(values, shared_of(values))
    assert node.arguments == ("-d", str(rviz_layout(compressed=asked == "compressed")))


@pytest.mark.usefixtures("rviz_installed")
def test_its_clock_is_that_of_the_nodes(arguments: Arguments, tmp_path: Path) -> None:
    """What is not asked for is not said: a value here would win over that of a surrounding file."""
    values = arguments(rviz="true")
    (node,) = rviz_part(values, shared_of(values))
    assert node.parameters == ()
    (node,) = rviz_part(values, shared_of(values, surrounding=({"use_sim_time": True},)))
    assert node.parameters == ({"use_sim_time": True},)
    mine = tmp_path / "mine.yaml"
    mine.write_text("/**: {ros__parameters: {use_sim_time: true}}", encoding="utf-8")
    values = arguments(rviz="true", params_file=str(mine))
    (node,) = rviz_part(values, shared_of(values))
    assert node.parameters == ({"use_sim_time": True},)


@pytest.mark.usefixtures("rviz_installed")
def test_of_several_cameras_it_shows_the_first(arguments: Arguments) -> None:
    values = arguments(rviz="true", cameras="front=/f,rear")
    (node,) = rviz_part(values, shared_of(values))
    assert node.remappings == {
        "image": "/f",
        "image/compressed": "/f/compressed",
        "edge/overlay": "edge/front/overlay",
        "edge/label_map_color": "edge/front/label_map_color",
        "edge/confidence_map": "edge/front/confidence_map",
    }
    for layout in (rviz_layout(), rviz_layout(compressed=True)):
        shown = re.findall(r"Value: edge/(\S+)", layout.read_text(encoding="utf-8"))
        assert set(shown) == set(SHOWN)


def test_where_it_is_missing_nothing_starts(
    arguments: Arguments, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMENT_PREFIX_PATH", get_package_prefix("laecips_bringup"))
    assert rviz_part(arguments(), shared_of(arguments())) == []
    values = arguments(rviz="true")
    with pytest.raises(RuntimeError, match="rviz2 is not installed: install it, or leave out"):
        rviz_part(values, shared_of(values))
