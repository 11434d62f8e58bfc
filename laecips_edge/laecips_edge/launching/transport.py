"""The Fast DDS profile that launch files and the process runner choose for the nodes.

Each participant really allocates the profile's shared memory. Where /dev/shm is small (64 MB in a
container by default) a participant would start without shared memory and print errors, so the
profile is omitted there; each node's log says so (`laecips_edge.ros.dds_transport`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from laecips_edge.launching.installed_files import config_file
from laecips_edge.ros.dds_transport import (
    NEEDED_BYTES,
    PROFILES,
    SHARED_MEMORY,
    room,
    users_choice,
)

PICTURES, SMALL = "fastdds.xml", "fastdds_small.xml"
"""Files of `config/`."""


def transport_environment(
    environment: Mapping[str, str],
    *,
    profile: str = PICTURES,
    shared_memory: Path = SHARED_MEMORY,
) -> dict[str, str]:
    """Return the variables to add to the environment of every process of the graph.

    Args:
        environment: the present variables; a transport chosen by the user stays.
        profile: name of the profile's file.
        shared_memory: the file system of shared memory.

    Returns:
        The variable that names the profile, or nothing.
    """
    path, size = config_file(profile), room(shared_memory)
    if path is None or size is None or users_choice(environment):
        return {}
    if PROFILES not in environment and size[1] < NEEDED_BYTES:
        return {}  # where one of ours is chosen already there was room
    return {PROFILES: str(path)}
