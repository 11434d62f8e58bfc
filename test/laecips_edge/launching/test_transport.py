"""When the shared memory profile is chosen."""

import shutil
from collections import namedtuple
from pathlib import Path

import pytest
from laecips_bringup.graph.installed_files import config_file
from laecips_edge.launching.transport import PICTURES, SMALL, transport_environment
from laecips_edge.ros.dds_transport import NEEDED_BYTES, PROFILES

Usage = namedtuple("Usage", "total used free")


@pytest.mark.parametrize(
    ("environment", "free", "chosen"),
    [
        ({}, NEEDED_BYTES, True),
        ({}, 64 * 2**20, False),  # a container as it comes
        ({PROFILES: "/mine.xml"}, NEEDED_BYTES, False),
        # With our profile too, a node would be mute.
        ({"FASTDDS_BUILTIN_TRANSPORTS": "LARGE_DATA"}, NEEDED_BYTES, False),
        ({"RMW_IMPLEMENTATION": "rmw_cyclonedds_cpp"}, NEEDED_BYTES, False),
        ({"RMW_IMPLEMENTATION": "rmw_fastrtps_cpp"}, NEEDED_BYTES, True),
    ],
)
def test_the_profile(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], free: int, chosen: bool
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(free, 0, free))
    expected = {PROFILES: str(config_file("fastdds.xml"))} if chosen else {}
    assert transport_environment(environment) == expected


@pytest.mark.parametrize("free", [0, NEEDED_BYTES])
@pytest.mark.parametrize("profile", [PICTURES, SMALL])
def test_where_one_of_ours_is_chosen_a_node_may_have_the_other(
    monkeypatch: pytest.MonkeyPatch, profile: str, free: int
) -> None:
    """Processes that run already have taken room by then."""
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(free, 0, free))
    chosen = {PROFILES: str(config_file(PICTURES))}
    assert transport_environment(chosen, profile=profile) == {PROFILES: str(config_file(profile))}
    mine = {PROFILES: "/mine.xml"}
    assert transport_environment(mine, profile=profile) == {}


def test_a_machine_without_shared_memory(tmp_path: Path) -> None:
    assert transport_environment({}, shared_memory=tmp_path / "absent") == {}
