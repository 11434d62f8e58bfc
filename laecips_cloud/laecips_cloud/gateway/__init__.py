"""The gateway of a cloud: who may ask, how much, and the way on to the ROS service."""
