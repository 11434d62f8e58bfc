from pathlib import Path

import pytest
from laecips_bringup.graph.graph import NodeSpec, Shared
from laecips_bringup.live_replay.places import LinkOptions, link_nodes, places
from laecips_edge.core.certificates.certificate import load_credentials
from laecips_eval.thin_link.conditions import LinkConditions
from laecips_eval.thin_link.control import links

pytestmark = pytest.mark.slow


def test_without_a_link_there_is_one_place() -> None:
    with places(None) as where:
        assert where.robot is where.cloud
        assert where.link is None
        assert str(where) == f"robot and cloud are in ROS domain {where.robot.id}"


def given(spec: NodeSpec) -> dict[str, str]:
    """The last layer of a node's parameters."""
    layer = spec.parameters[-1]
    assert not isinstance(layer, Path)
    return {name: str(value) for name, value in layer.items()}


def test_a_link_joins_bridge_and_gateway(tmp_path: Path) -> None:
    with places(LinkOptions(conditions=LinkConditions())) as where:
        assert where.robot.id != where.cloud.id
        assert where.link is not None
        assert where.link.name in links()
        assert "behind a link of 4 Mbit/s, 40 ms round trip" in str(where)
        ca, spool = tmp_path / "ca", tmp_path / "spool"
        gateway, bridge = link_nodes(where.link, ca, Shared(), robot="r7", spool=spool)
        assert given(gateway)["address"] == where.link.listen
        assert where.link.dial in given(bridge)["addresses"]
        assert where.link.dial != where.link.listen
        assert given(bridge)["spool"] == str(spool)
    for spec, kind, name in ((gateway, "gateway", "localhost"), (bridge, "robot", "r7")):
        folder = Path(given(spec)["certificates"])
        assert load_credentials(folder, kind).own.name == name
