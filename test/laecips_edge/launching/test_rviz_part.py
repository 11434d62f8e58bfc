"""RViz, where it is installed."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from ament_index_python.packages import get_package_prefix
from laecips_edge.launching.arguments import shared_of
from laecips_edge.launching.installed_files import rviz_layout
from laecips_edge.launching.rviz_part import rviz_part

Arguments = Callable[..., dict[str, str]]


def test_it_looks_at_the_camera_of_the_edge_node(
    arguments: Arguments, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = tmp_path / "share/ament_index/resource_index/packages"
    index.mkdir(parents=True)
    (index / "rviz2").touch()
    monkeypatch.setenv("AMENT_PREFIX_PATH", f"{tmp_path}:{os.environ['AMENT_PREFIX_PATH']}")
    values = arguments(
        rviz="True", namespace="r1", image_topic="cam/compressed", use_sim_time="True"
    )
    (node,) = rviz_part(values, shared_of(values, within="/fleet"))
    assert (node.full_name, node.lifecycle) == ("/fleet/r1/rviz", False)
    assert node.remappings == {"image": "cam", "image/compressed": "cam/compressed"}
    assert node.arguments == ("-d", str(rviz_layout(compressed=True)))
    assert node.parameters == ({"use_sim_time": True},)


@pytest.mark.parametrize("asked", ["raw", "compressed"])
def test_the_parameter_file_may_say_how_the_pictures_come(
    arguments: Arguments, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    index = tmp_path / "share/ament_index/resource_index/packages"
    index.mkdir(parents=True)
    (index / "rviz2").touch()
    monkeypatch.setenv("AMENT_PREFIX_PATH", f"{tmp_path}:{os.environ['AMENT_PREFIX_PATH']}")
    mine = tmp_path / "mine.yaml"
    mine.write_text(f"edge: {{ros__parameters: {{image_transport: {asked}}}}}", encoding="utf-8")
    values = arguments(rviz="true", params_file=str(mine))
    (node,) = rviz_part(values, shared_of(values))
    assert node.arguments == ("-d", str(rviz_layout(compressed=asked == "compressed")))


def test_where_it_is_missing_nothing_starts(
    arguments: Arguments, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMENT_PREFIX_PATH", get_package_prefix("laecips_bringup"))
    assert rviz_part(arguments(), shared_of(arguments())) == []
    values = arguments(rviz="true")
    with pytest.raises(RuntimeError, match="rviz2 is not installed: install it, or leave out"):
        rviz_part(values, shared_of(values))
