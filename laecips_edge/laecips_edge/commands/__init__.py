"""Subcommands of `laecips` that a robot has: neither ROS nor torch needed."""
