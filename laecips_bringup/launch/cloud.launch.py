"""The cloud's side."""

from laecips_bringup.graph.launching import cloud_part, launch_description
from launch import LaunchDescription


def generate_launch_description() -> LaunchDescription:
    """Return what `ros2 launch laecips_bringup cloud.launch.py` starts."""
    return launch_description(cloud_part)
