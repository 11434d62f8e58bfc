"""Paths of the networks that ship with the project."""

from __future__ import annotations

from pathlib import Path

from laecips_edge.launching.installed_files import bringup_share, shipped_bundle

__all__ = ["shipped_bundle", "shipped_teacher"]


def shipped_teacher() -> Path:
    """Return the folder of the shipped teacher for the shipped bundle; the folder may be missing.

    Raises:
        FileNotFoundError: the package `laecips_bringup` is not installed.
    """
    return bringup_share() / "teachers" / "inspection"
