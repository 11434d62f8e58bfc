"""The cloud's side."""

from laecips_bringup.graph.cloud_parts import cloud_part
from laecips_bringup.graph.launching import launch_description
from launch import LaunchDescription


def generate_launch_description() -> LaunchDescription:
    """Return what `ros2 launch laecips_bringup cloud.launch.py` starts."""
    return launch_description(cloud_part)
