"""Fast DDS with a shared memory segment that holds pictures.

The default segment of 512 kB loses most best-effort images above that size. The profile in
`config/fastdds.xml` gives every participant 64 MB, which the system really allocates; nodes that
see no raw picture get 2 MB by `config/fastdds_small.xml`. Where
/dev/shm is small (64 MB in a container by default) a participant would start without shared memory
and print errors, so the profile is omitted there.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from laecips_edge.launching.installed_files import config_file

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - the file system of shared memory, not a scratch file
PROFILES = "FASTRTPS_DEFAULT_PROFILES_FILE"
PICTURES, SMALL = "fastdds.xml", "fastdds_small.xml"
"""Files of `config/`."""

NEEDED_BYTES = 512 * 2**20
"""Room for edge, cloud, player, runner and two tools, at 64 MB each and what Fast DDS adds."""


def transport_environment(
    environment: Mapping[str, str],
    *,
    profile: str = PICTURES,
    shared_memory: Path = SHARED_MEMORY,
) -> dict[str, str]:
    """Return the variables to add to the environment of every process of the graph.

    Args:
        environment: the present variables; a profile chosen by the user stays.
        profile: name of the profile's file.
        shared_memory: the file system of shared memory.

    Returns:
        The variable that names the profile, or nothing.
    """
    path, chosen = config_file(profile), environment.get(PROFILES)
    if path is None or not shared_memory.is_dir():
        return {}
    if chosen in {str(config_file(each)) for each in (PICTURES, SMALL)}:
        return {PROFILES: str(path)}  # there was room
    if chosen is not None or shutil.disk_usage(shared_memory).free < NEEDED_BYTES:
        return {}
    return {PROFILES: str(path)}
