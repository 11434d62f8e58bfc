"""Several robots and one cloud on one machine, the trainer where it is wanted (docs/fleet.md)."""

from laecips_bringup.graph.cloud_parts import cloud_part, fleet_part, wanted_trainer_part
from laecips_bringup.graph.launching import launch_description
from launch import LaunchDescription


def generate_launch_description() -> LaunchDescription:
    """Return what `ros2 launch laecips_bringup fleet.launch.py` starts."""
    return launch_description(fleet_part, cloud_part, wanted_trainer_part)
