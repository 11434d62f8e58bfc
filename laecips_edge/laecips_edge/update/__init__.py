"""The ROS side of a model update: topics and services of trainer and operator."""
