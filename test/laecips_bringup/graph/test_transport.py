"""When the shared memory profile is chosen."""

import shutil
from collections import namedtuple
from pathlib import Path

import pytest
from laecips_bringup.graph.installed_files import config_file
from laecips_bringup.graph.transport import NEEDED_BYTES, PROFILES, transport_environment

Usage = namedtuple("Usage", "total used free")


@pytest.mark.parametrize(
    ("environment", "free", "chosen"),
    [
        ({}, NEEDED_BYTES, True),
        ({}, 64 * 2**20, False),  # a container as it comes
        ({PROFILES: "/mine.xml"}, NEEDED_BYTES, False),
    ],
)
def test_the_profile(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], free: int, chosen: bool
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(free, 0, free))
    expected = {PROFILES: str(config_file("fastdds.xml"))} if chosen else {}
    assert transport_environment(environment) == expected


def test_a_machine_without_shared_memory(tmp_path: Path) -> None:
    assert transport_environment({}, shared_memory=tmp_path / "absent") == {}
