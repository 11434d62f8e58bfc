"""Edge and cloud on one machine, and RViz where it is wanted."""

from laecips_bringup.launching import cloud_part, edge_part, launch_description, rviz_part
from launch import LaunchDescription


def generate_launch_description() -> LaunchDescription:
    """What `ros2 launch laecips_bringup laecips.launch.py` starts."""
    return launch_description(edge_part, cloud_part, rviz_part)
