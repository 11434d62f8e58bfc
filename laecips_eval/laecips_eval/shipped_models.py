"""The networks that ship with the project."""

from __future__ import annotations

from pathlib import Path

from ament_index_python.packages import PackageNotFoundError, get_package_share_directory

_PACKAGE, _NAME = "laecips_bringup", "inspection"


def shipped_bundle() -> Path:
    """The folder of the bundle that ships with the project, whether or not it is there.

    Raises:
        FileNotFoundError: the package that has them is not installed here.
    """
    return _share() / "bundles" / _NAME


def shipped_teacher() -> Path:
    """The folder of the teacher that ships with the project, for that bundle.

    Raises:
        FileNotFoundError: the package that has them is not installed here.
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
