"""Edge and cloud on one machine, the trainer and RViz where they are wanted."""

from laecips_bringup.graph.cloud_parts import cloud_part, wanted_trainer_part
from laecips_bringup.graph.launching import launch_description
from laecips_edge.launching.robot_parts import edge_part
from laecips_edge.launching.rviz_part import rviz_part
from launch import LaunchDescription


def generate_launch_description() -> LaunchDescription:
    """Return what `ros2 launch laecips_bringup laecips.launch.py` starts."""
    return launch_description(edge_part, cloud_part, wanted_trainer_part, rviz_part)
