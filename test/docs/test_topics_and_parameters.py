"""docs/topics-and-parameters.md has every topic, service and parameter, as the nodes have them."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from laecips_cloud.gateway.gateway_settings import GatewaySettings
from laecips_cloud.hard_frames.cloud_settings import CloudSettings
from laecips_cloud.trainer.trainer_settings import TrainerSettings
from laecips_edge.bridge.bridge_settings import BridgeSettings
from laecips_edge.core.frame.edge_settings import EdgeSettings
from laecips_edge.core.settings import Settings
from laecips_edge.ros.lifecycle import ManagedNodeSettings
from laecips_eval.player.player_settings import PlayerSettings

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "topics-and-parameters.md").read_text(encoding="utf-8")
CHANGES = {"always": "run time", "unconfigured": "configure", "never": "start"}
ROOMS = (
    "laecips_edge/laecips_edge",
    "laecips_cloud/laecips_cloud",
    "laecips_eval/laecips_eval/player",
)


SETTINGS: dict[str, tuple[type[Settings], ...]] = {
    "edge": (EdgeSettings, ManagedNodeSettings),
    "cloud": (CloudSettings, ManagedNodeSettings),
    "trainer": (TrainerSettings, ManagedNodeSettings),
    "player": (PlayerSettings,),
    "bridge": (BridgeSettings, ManagedNodeSettings),
    "gateway": (GatewaySettings, ManagedNodeSettings),
}


def declared(node: str) -> dict[str, tuple[str, str]]:
    """The range and the `changes` cell of each of a node's settings."""
    rows: dict[str, tuple[str, str]] = {}
    for settings in SETTINGS[node]:
        for name, setting in settings.declared().items():
            values = ", ".join(f"`{choice}`" for choice in setting.choices)
            if setting.minimum is not None and setting.maximum is not None:
                values = f"{number(setting.minimum)} to {number(setting.maximum)}"
            rows[name] = (values, CHANGES[setting.changes])
    return rows


def number(value: float) -> str:
    return str(int(value)) if value == int(value) else f"{value:g}"


def shown(node: str) -> list[list[str]]:
    """Cells of a node's parameter table: name, default, range, changes, meaning."""
    section = PAGE[PAGE.index(f"### Parameters of `{node}`\n") :]
    table = section[section.index("| parameter |") :].split("\n\n")[0]
    rows = [
        [cell.strip() for cell in line.strip().strip("|").split("|")] for line in table.split("\n")
    ]
    return [[row[0].strip("`"), *row[1:]] for row in rows[2:]]


def shipped(node: str) -> dict[str, Any]:
    """Values of config/NODE.yaml, by the names that ROS has for them."""
    (section,) = yaml.safe_load((ROOT / "config" / f"{node}.yaml").read_text("utf-8")).values()

    def flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in values.items():
            inner = isinstance(value, Mapping)
            found |= flat(value, f"{prefix}{name}.") if inner else {f"{prefix}{name}": value}
        return found

    return flat(section["ros__parameters"])


@pytest.mark.parametrize("node", SETTINGS)
def test_every_parameter_with_its_default(node: str) -> None:
    expected = shipped(node)
    rows = shown(node)
    assert [name for name, *_ in rows] == list(expected)
    assert {name: yaml.safe_load(default.strip("`")) for name, default, *_ in rows} == expected


@pytest.mark.parametrize("node", SETTINGS)
def test_every_range_and_when_it_may_change(node: str) -> None:
    rows = {name: (values, changes) for name, _, values, changes, _ in shown(node)}
    assert rows == declared(node)


def test_every_topic_and_service_of_the_nodes() -> None:
    make = r'create_(?:publisher|subscription|service|client)\(\s*[^",]+,\s*"([^"]+)"'
    sources = [path.read_text("utf-8") for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    # A class may make the subscription itself; the node resolves the topic's name for it.
    resolve = r'resolve_topic_name\("([^"]+)"\)'
    names = {
        name
        for source in sources
        for pattern in (make, resolve)
        for name in re.findall(pattern, source)
    }
    rows = re.findall(r"^\| (?:[a-z ]+ )?`(\S+)` \| \w+_msgs/", PAGE, re.MULTILINE)
    assert set(rows) == names


def test_every_message_type() -> None:
    files = [path for path in (ROOT / "laecips_msgs").rglob("*") if path.suffix in {".msg", ".srv"}]
    shown = set(re.findall(r"laecips_msgs/(?:srv/)?([A-Z]\w+)", PAGE))
    assert shown == {path.stem for path in files}
