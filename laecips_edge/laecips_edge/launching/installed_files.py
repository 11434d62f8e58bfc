"""Paths of installed files: the configuration, and the bundle that ships."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ament_index_python.packages import PackageNotFoundError, get_package_share_directory

BRINGUP: Final = "laecips_bringup"

# Bringup has all of config/; a robot may have this package alone, which has its part of it.
_CONFIGURED: Final = (BRINGUP, "laecips_edge")


def config_file(name: str) -> Path | None:
    """Return a file of `config/`; None if no installed package has it."""
    for package in _CONFIGURED:
        try:
            path = Path(get_package_share_directory(package)) / "config" / name
        except PackageNotFoundError:
            continue
        if path.is_file():
            return path
    return None


def shipped_bundle() -> Path:
    """Return the folder of the shipped bundle; the folder may be missing.

    Raises:
        FileNotFoundError: the package `laecips_bringup` is not installed.
    """
    return bringup_share() / "bundles" / "inspection"


def rviz_layout(*, compressed: bool = False) -> Path:
    """Return the path of the RViz layout.

    Args:
        compressed: whether the camera's pictures are: RViz is told so by the topic in the layout.

    Raises:
        FileNotFoundError: the package `laecips_bringup` is not installed.
    """
    return bringup_share() / "rviz" / ("laecips_compressed.rviz" if compressed else "laecips.rviz")


def bringup_share() -> Path:
    """Return the folder of the files that `laecips_bringup` installs.

    Raises:
        FileNotFoundError: that package is not installed.
    """
    try:
        return Path(get_package_share_directory(BRINGUP))
    except PackageNotFoundError:
        raise FileNotFoundError(
            f"no bundle and no layout of RViz ship without the package {BRINGUP}, which is not "
            "installed here: name a bundle"
        ) from None
