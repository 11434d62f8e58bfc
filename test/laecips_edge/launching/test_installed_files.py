"""Where files are found, with all packages and on a robot that has one package alone."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from laecips_edge.launching.installed_files import (
    bringup_share,
    config_file,
    rviz_layout,
    shipped_bundle,
)

from laecips_msgs.msg import Segmentation

ROOT = Path(__file__).resolve().parents[3]


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
    for shipped in (shipped_bundle, rviz_layout):
        with pytest.raises(FileNotFoundError, match="laecips_bringup, which is not installed"):
            shipped()
    bringup = installed(tmp_path, "laecips_bringup")
    (bringup / "config" / "robot.yaml").touch()
    assert config_file("robot.yaml") == bringup / "config" / "robot.yaml"


def test_rviz_shows_what_there_is_to_see_of_either_camera() -> None:
    layout, compressed = (
        rviz_layout(compressed=each).read_text(encoding="utf-8") for each in (False, True)
    )
    assert compressed == layout.replace("Value: image\n", "Value: image/compressed\n")
    displays = yaml.safe_load(layout)["Visualization Manager"]["Displays"]
    assert {each["Name"]: each["Topic"]["Value"] for each in displays} == {
        "Camera": "image",
        "Overlay": "edge/overlay",
        "Label map": "edge/label_map_color",
        "Confidence": "edge/confidence_map",
    }
    assert {each["Topic"]["Value"] for each in displays} <= {"image"} | topics("edge/")


def test_foxglove_shows_topics_of_the_edge_node_in_panels_that_the_layout_places() -> None:
    file = bringup_share() / "foxglove" / "laecips.json"
    layout = json.loads(file.read_text(encoding="utf-8"))
    shown = set(re.findall(r"\"(/[^\"]+)\"", json.dumps(layout["configById"])))
    fields = {text for text in shown if "." in text}
    assert shown - fields <= {"/diagnostics"} | topics("/edge/")
    known = Segmentation.get_fields_and_field_types()
    assert {text.split(".")[0] for text in fields} == {"/edge/segmentation"}
    assert {text.split(".")[1] for text in fields} <= known.keys()
    assert sorted(placed(layout["layout"])) == sorted(layout["configById"])


def topics(node: str) -> set[str]:
    """The topics in the private namespace of the edge node, as its page has them."""
    page = (ROOT / "docs" / "topics-and-parameters.md").read_text(encoding="utf-8")
    section = page[page.index("## `edge_node`") : page.index("### Parameters of `edge`")]
    return {node + name for name in re.findall(r"^\| `~/(\S+)` \|", section, re.MULTILINE)}


def placed(part: Any) -> list[str]:
    """The panels in a part of Foxglove's mosaic."""
    if isinstance(part, str):
        return [part]
    assert part["direction"] in {"row", "column"}
    return placed(part["first"]) + placed(part["second"])
