import logging
from pathlib import Path

from bridge_site import request
from laecips_edge.bridge.bridge_settings import BridgeSettings
from laecips_edge.bridge.clouds import Clouds
from laecips_edge.bridge.frame_keeper import FrameKeeper
from laecips_edge.bridge.link import Link

LOGGER = logging.getLogger(__name__)


def started(keeper: FrameKeeper) -> Clouds:
    clouds = Clouds(["127.0.0.1:9"], lambda address, told: Link(address, None))
    keeper.open("r1")
    keeper.start(clouds, busy=lambda: False)
    return clouds


def ended(keeper: FrameKeeper, clouds: Clouds) -> None:
    clouds.close()
    keeper.stop()


def test_hard_frames_are_kept_audits_are_not(tmp_path: Path) -> None:
    keeper = FrameKeeper(BridgeSettings(spool=str(tmp_path)), logger=LOGGER)
    clouds = started(keeper)
    assert keeper.take(request())
    assert not keeper.take(request(request_id="r1/8", why="audit"))
    ended(keeper, clouds)
    assert keeper.counts()["spooled"] == 1
    assert keeper.trouble == ""
    keeper.close()
    assert (tmp_path / "r1.sqlite").stat().st_mode & 0o077 == 0


def test_no_spool_is_wanted(tmp_path: Path) -> None:
    keeper = FrameKeeper(BridgeSettings(spool=str(tmp_path), spool_bytes=0), logger=LOGGER)
    clouds = started(keeper)
    assert not keeper.take(request())
    ended(keeper, clouds)
    assert (keeper.trouble, list(tmp_path.iterdir())) == ("", [])


def test_a_spool_that_cannot_be_opened_is_trouble(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    keeper = FrameKeeper(BridgeSettings(spool=str(tmp_path / "file")), logger=LOGGER)
    clouds = started(keeper)
    assert not keeper.take(request())
    assert keeper.trouble.startswith(str(tmp_path / "file" / "r1.sqlite"))
    ended(keeper, clouds)


def test_a_damaged_spool_is_told_and_a_new_one_taken(tmp_path: Path, caplog: object) -> None:
    (tmp_path / "r1.sqlite").write_bytes(b"garbage" * 1000)
    keeper = FrameKeeper(BridgeSettings(spool=str(tmp_path)), logger=LOGGER)
    clouds = started(keeper)
    assert keeper.take(request())
    ended(keeper, clouds)
    assert keeper.counts()["spooled"] == 1
    assert "r1.sqlite was damaged" in caplog.text  # type: ignore[attr-defined]
