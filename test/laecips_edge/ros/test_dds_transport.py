"""What a node's log says of its transport."""

from pathlib import Path

import pytest
from laecips_edge.ros.dds_transport import (
    BUILTIN,
    NEEDED_BYTES,
    PROFILES,
    describe,
    is_ours,
    room,
    users_choice,
)

ROOM = (2 * NEEDED_BYTES, NEEDED_BYTES)
SMALL = (64 * 2**20, 60 * 2**20)
FAST_DDS = "rmw_fastrtps_cpp"


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    path = tmp_path / "share" / "laecips_bringup" / "config" / "fastdds.xml"
    path.parent.mkdir(parents=True)
    path.touch()
    return path


@pytest.mark.parametrize(
    ("environment", "choice"),
    [
        ({}, ""),
        ({"RMW_IMPLEMENTATION": "rmw_fastrtps_cpp"}, ""),
        ({"RMW_IMPLEMENTATION": "rmw_fastrtps_dynamic_cpp"}, ""),
        ({"RMW_IMPLEMENTATION": "rmw_zenoh_cpp"}, "RMW_IMPLEMENTATION=rmw_zenoh_cpp"),
        ({BUILTIN: "LARGE_DATA"}, "FASTDDS_BUILTIN_TRANSPORTS=LARGE_DATA"),
        ({PROFILES: "/mine.xml"}, "FASTRTPS_DEFAULT_PROFILES_FILE=/mine.xml"),
        ({PROFILES: "/mine/fastdds.xml"}, "FASTRTPS_DEFAULT_PROFILES_FILE=/mine/fastdds.xml"),
        ({PROFILES: "/ws/install/laecips/share/laecips_bringup/config/fastdds_small.xml"}, ""),
        ({PROFILES: "/ws/install/share/laecips_edge/config/fastdds.xml"}, ""),
        (
            {"FASTDDS_DEFAULT_PROFILES_FILE": "/mine.xml"},
            "FASTDDS_DEFAULT_PROFILES_FILE=/mine.xml",
        ),
    ],
)
def test_what_the_user_chose(environment: dict[str, str], choice: str, tmp_path: Path) -> None:
    assert users_choice(environment, folder=tmp_path) == choice


def test_a_profile_in_the_working_folder_is_a_choice(tmp_path: Path) -> None:
    (tmp_path / "DEFAULT_FASTRTPS_PROFILES.xml").touch()
    assert users_choice({}, folder=tmp_path) == f"DEFAULT_FASTRTPS_PROFILES.xml in {tmp_path}"


def test_the_profile_of_a_launch_file(profile: Path, tmp_path: Path) -> None:
    assert is_ours(str(profile))
    said = describe({PROFILES: str(profile)}, rmw=FAST_DDS, room=SMALL, folder=tmp_path)
    assert said.line == f"transport: Fast DDS, 64 MB of shared memory by {profile}"
    assert not said.loses
    profile.unlink()
    said = describe({PROFILES: str(profile)}, rmw=FAST_DDS, room=ROOM, folder=tmp_path)
    assert f"{profile} is missing" in said.line
    assert said.loses


@pytest.mark.parametrize(
    ("environment", "rmw", "size", "line", "loses"),
    [
        ({}, "rmw_cyclonedds_cpp", SMALL, "rmw_cyclonedds_cpp, with its own settings", False),
        ({}, FAST_DDS, ROOM, "FASTRTPS_DEFAULT_PROFILES_FILE is not set", False),
        ({}, FAST_DDS, SMALL, "has 60 of 64 MB free; give it 512 MB", True),
        ({}, FAST_DDS, None, "there is no ", True),
        (
            {BUILTIN: "LARGE_DATA"},
            FAST_DDS,
            SMALL,
            "FASTDDS_BUILTIN_TRANSPORTS=LARGE_DATA, as the environment says",
            False,
        ),
    ],
)
def test_other_transports(
    environment: dict[str, str],
    rmw: str,
    size: tuple[int, int] | None,
    line: str,
    loses: bool,
    tmp_path: Path,
) -> None:
    said = describe(environment, rmw=rmw, room=size, folder=tmp_path)
    assert line in said.line
    assert said.loses is loses


def test_two_choices_that_leave_a_node_mute(profile: Path, tmp_path: Path) -> None:
    both = {PROFILES: str(profile), BUILTIN: "LARGE_DATA"}
    said = describe(both, rmw=FAST_DDS, room=ROOM, folder=tmp_path)
    assert "contradict each other" in said.line
    assert said.loses


def test_a_machine_without_shared_memory(tmp_path: Path) -> None:
    assert room(tmp_path / "absent") is None
    total, free = room(tmp_path) or (0, 0)
    assert 0 < free <= total
