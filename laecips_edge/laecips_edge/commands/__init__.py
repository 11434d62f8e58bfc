"""Subcommands of `laecips` for a robot: they need neither ROS nor torch."""
