"""The robot's side."""

from laecips_bringup.graph.launching import edge_part, launch_description, rviz_part
from launch import LaunchDescription


def generate_launch_description() -> LaunchDescription:
    """Return what `ros2 launch laecips_bringup edge.launch.py` starts."""
    return launch_description(edge_part, rviz_part)
