"""The cloud's side for robots across a network: gateway, cloud, and the trainer where wanted."""

from laecips_bringup.graph.cloud_parts import cloud_part, gateway_part, wanted_trainer_part
from laecips_bringup.graph.launching import launch_description
from launch import LaunchDescription


def generate_launch_description() -> LaunchDescription:
    """Return what `ros2 launch laecips_bringup datacentre.launch.py` starts."""
    return launch_description(gateway_part, cloud_part, wanted_trainer_part)
