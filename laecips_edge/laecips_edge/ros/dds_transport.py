"""How pictures travel between the processes of a machine: what Fast DDS is told, and why.

The default shared memory of Fast DDS holds 512 kB and loses most larger best-effort images. The
profiles in `config/` give a participant 64 MB, or 2 MB where it sees no raw picture. A launch file
chooses one by a variable of the environment, unless the user has chosen a transport already.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SHARED_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - the file system of shared memory
PROFILES: Final = "FASTRTPS_DEFAULT_PROFILES_FILE"
BUILTIN: Final = "FASTDDS_BUILTIN_TRANSPORTS"
OUR_PROFILES: Final = {"fastdds.xml": 64, "fastdds_small.xml": 2}
"""Files of `config/` and the MB of shared memory that they give."""

NEEDED_BYTES: Final = 512 * 2**20
"""Room for edge, cloud, player, runner and two tools, at 64 MB each and what Fast DDS adds."""

_PACKAGES: Final = ("laecips_bringup", "laecips_edge")  # those that install config/
_FAST_DDS: Final = "rmw_fastrtps"
_OTHER_PROFILES: Final = "FASTDDS_DEFAULT_PROFILES_FILE"  # its name in later versions
_PROFILE_HERE: Final = "DEFAULT_FASTRTPS_PROFILES.xml"  # Fast DDS reads it in the working folder


@dataclass(frozen=True, kw_only=True)
class DdsTransport:
    """The transport of a process, for its log.

    Attributes:
        line: what it uses and why.
        loses: whether it will lose larger raw images; `line` then says what to do.
    """

    line: str
    loses: bool = False


def users_choice(environment: Mapping[str, str], *, folder: Path = Path()) -> str:
    """Return what in the environment chooses another transport than ours; empty if nothing does.

    Args:
        environment: variables of the process.
        folder: its working folder.
    """
    rmw = environment.get("RMW_IMPLEMENTATION", _FAST_DDS)
    if not rmw.startswith(_FAST_DDS):
        return f"RMW_IMPLEMENTATION={rmw}"
    for name in (BUILTIN, _OTHER_PROFILES, PROFILES):
        value = environment.get(name, "")
        if value and not (name == PROFILES and is_ours(value)):
            return f"{name}={value}"
    return f"{_PROFILE_HERE} in {folder.resolve()}" if (folder / _PROFILE_HERE).is_file() else ""


def is_ours(profile: str) -> bool:
    """Return whether a profile's path is one of this project's."""
    path = Path(profile)
    share, folder = path.parts[-3:-1] if len(path.parts) > 2 else ("", "")
    return path.name in OUR_PROFILES and folder == "config" and share in _PACKAGES


def room(shared_memory: Path = SHARED_MEMORY) -> tuple[int, int] | None:
    """Return the bytes of shared memory of this machine, all and free; None if it has none."""
    try:
        usage = shutil.disk_usage(shared_memory)
    except OSError:
        return None
    return usage.total, usage.free


def describe(
    environment: Mapping[str, str],
    *,
    rmw: str,
    room: tuple[int, int] | None,
    folder: Path = Path(),
) -> DdsTransport:
    """Return which transport a process uses and why.

    Args:
        environment: variables of the process.
        rmw: name of the middleware that runs.
        room: as from `room`.
        folder: working folder of the process.
    """
    if not rmw.startswith(_FAST_DDS):
        return DdsTransport(line=f"transport: {rmw}, with its own settings")
    choice = users_choice({**environment, "RMW_IMPLEMENTATION": rmw}, folder=folder)
    profile = environment.get(PROFILES, "")
    if choice and is_ours(profile):
        return DdsTransport(
            line=f"transport: {choice} and {PROFILES}={profile} contradict each other, and may "
            f"leave this node mute: unset one of them",
            loses=True,
        )
    if choice:
        return DdsTransport(line=f"transport: Fast DDS with {choice}, as the environment says")
    if profile:
        return _ours(Path(profile))
    return _default(room)


def _ours(profile: Path) -> DdsTransport:
    if not profile.is_file():
        return DdsTransport(
            line=f"transport: {profile} is missing, so Fast DDS's default of 512 kB holds, which "
            "loses larger raw images: build the workspace again",
            loses=True,
        )
    megabytes = OUR_PROFILES[profile.name]
    return DdsTransport(line=f"transport: Fast DDS, {megabytes} MB of shared memory by {profile}")


def _default(room: tuple[int, int] | None) -> DdsTransport:
    cure = "give it 512 MB (docker run --shm-size=1g), or let the camera's driver publish reliably"
    small = (
        "transport: Fast DDS without our profile, which loses most best-effort images above "
        "512 kB: "
    )
    if room is None:
        return DdsTransport(line=f"{small}there is no {SHARED_MEMORY}; {cure}", loses=True)
    total, free = (size // 2**20 for size in room)
    if room[1] < NEEDED_BYTES:
        return DdsTransport(
            line=f"{small}{SHARED_MEMORY} has {free} of {total} MB free; {cure}", loses=True
        )
    return DdsTransport(
        line=f"transport: Fast DDS's default, for {PROFILES} is not set; the launch files set it, "
        "for best-effort raw images above 512 kB need config/fastdds.xml"
    )
