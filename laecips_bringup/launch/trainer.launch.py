"""The trainer, beside the cloud's replay buffer."""

from laecips_bringup.graph.cloud_parts import trainer_part
from laecips_bringup.graph.launching import launch_description
from launch import LaunchDescription


def generate_launch_description() -> LaunchDescription:
    """Return what `ros2 launch laecips_bringup trainer.launch.py` starts."""
    return launch_description(trainer_part)
