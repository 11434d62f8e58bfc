"""Conversion of ROS messages from and to the core's dataclasses and arrays."""
