"""The gateway of a cloud: admission and quotas of robots, and the transport to the ROS service."""
