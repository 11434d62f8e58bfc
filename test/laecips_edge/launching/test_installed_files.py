"""Where files are found, with the umbrella and on a robot that has one package alone."""

from pathlib import Path

import pytest
from laecips_edge.launching.installed_files import config_file, rviz_layout, shipped_bundle


def installed(prefix: Path, package: str) -> Path:
    """The share folder of a package in an install space of its own."""
    index = prefix / "share" / "ament_index" / "resource_index" / "packages"
    index.mkdir(parents=True, exist_ok=True)
    (index / package).touch()
    share = prefix / "share" / package
    (share / "config").mkdir(parents=True)
    return share


@pytest.mark.parametrize("name", ["edge", "cloud", "trainer", "player", "demo"])
def test_the_configuration_of_this_workspace(name: str) -> None:
    found = config_file(f"{name}.yaml")
    assert found is not None
    assert found.is_file()
    assert config_file("nowhere.yaml") is None


def test_a_robot_with_the_edge_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMENT_PREFIX_PATH", str(tmp_path))
    assert config_file("robot.yaml") is None
    share = installed(tmp_path, "laecips_edge")
    (share / "config" / "robot.yaml").touch()
    assert config_file("robot.yaml") == share / "config" / "robot.yaml"
    umbrella = installed(tmp_path, "laecips")
    (umbrella / "config" / "robot.yaml").touch()
    assert config_file("robot.yaml") == umbrella / "config" / "robot.yaml"
    for shipped in (shipped_bundle, rviz_layout):
        with pytest.raises(FileNotFoundError, match="laecips_bringup, which is not installed"):
            shipped()


def test_rviz_shows_camera_overlay_and_label_map_of_the_edge() -> None:
    layout = rviz_layout().read_text(encoding="utf-8")
    for topic in ("image", "edge/overlay", "edge/label_map"):
        assert f"        Value: {topic}\n" in layout
