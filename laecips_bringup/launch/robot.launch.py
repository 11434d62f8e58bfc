"""The robot's side where the cloud is across a network: edge node and bridge (docs/bridge.md)."""

from laecips_edge.launching.launch_files import launch_description
from laecips_edge.launching.robot_parts import robot_part
from laecips_edge.launching.rviz_part import rviz_part
from launch import LaunchDescription


def generate_launch_description() -> LaunchDescription:
    """Return what `ros2 launch laecips_bringup robot.launch.py` starts."""
    return launch_description(robot_part, rviz_part)
