"""Replay without ROS: edge, cloud and trainer run as function calls."""
