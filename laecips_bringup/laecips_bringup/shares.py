"""Where this project's installed files are: configuration, the shipped bundle, the RViz layout."""

from __future__ import annotations

from pathlib import Path

from ament_index_python.packages import PackageNotFoundError, get_package_share_directory
from laecips_eval.shipped import shipped_bundle

__all__ = ["config_file", "rviz_layout", "shipped_bundle"]

UMBRELLA = "laecips"
BRINGUP = "laecips_bringup"


def config_file(name: str) -> Path | None:
    """A file of `config/`; None where this package was built without the umbrella."""
    try:
        path = Path(get_package_share_directory(UMBRELLA)) / "config" / name
    except PackageNotFoundError:
        return None
    return path if path.is_file() else None


def rviz_layout() -> Path:
    """The RViz layout."""
    return Path(get_package_share_directory(BRINGUP)) / "rviz" / "laecips.rviz"
