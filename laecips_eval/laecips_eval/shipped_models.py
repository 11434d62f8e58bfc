"""The networks that ship with the project."""

from __future__ import annotations

from pathlib import Path

from ament_index_python.packages import PackageNotFoundError, get_package_share_directory

_PACKAGE = "laecips_bringup"


def shipped_bundle(name: str = "inspection") -> Path:
    """The folder of a bundle that ships with the project, whether or not it is there.

    Raises:
        FileNotFoundError: the package that has them is not installed here.
    """
    return _share() / "bundles" / name


def shipped_teacher(name: str = "inspection") -> Path:
    """The folder of a teacher that ships with the project, for the bundle of the same name.

    Raises:
        FileNotFoundError: the package that has them is not installed here.
    """
    return _share() / "teachers" / name


def _share() -> Path:
    try:
        return Path(get_package_share_directory(_PACKAGE))
    except PackageNotFoundError:
        raise FileNotFoundError(
            f"no bundle ships without the package {_PACKAGE}, which is not installed here: "
            "name a bundle"
        ) from None
