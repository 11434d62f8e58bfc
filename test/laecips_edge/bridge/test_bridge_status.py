"""The status of a bridge without a node: its fields are those of the message."""

import logging
from pathlib import Path

from laecips_edge.bridge.bridge_settings import BridgeSettings
from laecips_edge.bridge.bridge_status import BridgeParts
from laecips_edge.bridge.clouds import Clouds
from laecips_edge.bridge.frame_keeper import FrameKeeper
from laecips_edge.bridge.link import Link
from laecips_edge.core.frame.health.health import Level

from laecips_msgs.msg import BridgeStatus


def test_before_and_while_it_is_active(tmp_path: Path) -> None:
    settings = BridgeSettings(addresses=("127.0.0.1:9",), spool=str(tmp_path), insecure=True)
    keeper = FrameKeeper(settings, logger=logging.getLogger(__name__))
    clouds = Clouds(settings.addresses, lambda address, told: Link(address, None))
    try:
        for each in (None, clouds):
            parts = BridgeParts(
                settings=settings, certificates=None, clouds=each, models=None, keeper=keeper
            )
            status = BridgeStatus(state="active", **parts.fields())
            assert (status.addresses, status.address) == (["127.0.0.1:9"], "")
        assert status.circuits == ["closed"]
        assert status.trouble != ""
        level, line = parts.health("active", "")
        assert level is Level.WARN
        assert line.startswith("no cloud: ")
    finally:
        clouds.close()
