"""Edge and cloud on one machine, the trainer and RViz where they are wanted."""

from laecips_bringup.graph.launching import (
    cloud_part,
    edge_part,
    launch_description,
    rviz_part,
    wanted_trainer_part,
)
from launch import LaunchDescription


def generate_launch_description() -> LaunchDescription:
    """Return what `ros2 launch laecips_bringup laecips.launch.py` starts."""
    return launch_description(edge_part, cloud_part, wanted_trainer_part, rviz_part)
