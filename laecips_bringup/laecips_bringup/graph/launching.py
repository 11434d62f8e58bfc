"""Launch descriptions of all parts, those of the robot's package included."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from laecips_edge.launching.launch_files import CAMERA, PARTS, Part
from laecips_edge.launching.launch_files import launch_description as described
from launch import LaunchDescription

from laecips_bringup.graph.cloud_parts import (
    cloud_part,
    fleet_part,
    gateway_part,
    trainer_part,
    wanted_trainer_part,
)

_SHARED: Final = ("bundle", "engine")
_ARGUMENTS_OF: Final[Mapping[Part, tuple[str, ...]]] = {
    **PARTS,
    gateway_part: ("listen", "certificates"),
    cloud_part: (*_SHARED, "teacher"),
    trainer_part: (*_SHARED, "source", "signing_key"),
    wanted_trainer_part: (*_SHARED, "source", "signing_key", "trainer"),
    fleet_part: (*_SHARED, *CAMERA, "robots", "cloud_service"),
}


def launch_description(*parts: Part) -> LaunchDescription:
    """Return the launch description that starts these parts of robot and cloud."""
    return described(*parts, of=_ARGUMENTS_OF)
