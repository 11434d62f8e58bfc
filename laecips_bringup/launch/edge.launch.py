"""The robot's side."""

from laecips_edge.launching.launch_files import launch_description
from laecips_edge.launching.robot_parts import edge_part
from laecips_edge.launching.rviz_part import rviz_part
from launch import LaunchDescription


def generate_launch_description() -> LaunchDescription:
    """Return what `ros2 launch laecips_bringup edge.launch.py` starts."""
    return launch_description(edge_part, rviz_part)
