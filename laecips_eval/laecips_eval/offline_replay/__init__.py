"""A replay without ROS: frames through edge, cloud and trainer as function calls."""
