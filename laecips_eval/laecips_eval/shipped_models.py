"""Paths of the networks that ship with the project."""

from __future__ import annotations

from pathlib import Path

from ament_index_python.packages import PackageNotFoundError, get_package_share_directory

_PACKAGE, _NAME = "laecips_bringup", "inspection"


def shipped_bundle() -> Path:
    """Return the folder of the shipped bundle; the folder may be missing.

    Raises:
        FileNotFoundError: the package `laecips_bringup` is not installed.
    """
    return _share() / "bundles" / _NAME


def shipped_teacher() -> Path:
    """Return the folder of the shipped teacher for that bundle; the folder may be missing.

    Raises:
        FileNotFoundError: the package `laecips_bringup` is not installed.
    """
    return _share() / "teachers" / _NAME


def _share() -> Path:
    try:
        return Path(get_package_share_directory(_PACKAGE))
    except PackageNotFoundError:
        raise FileNotFoundError(
            f"no bundle ships without the package {_PACKAGE}, which is not installed here: "
            "name a bundle"
        ) from None
