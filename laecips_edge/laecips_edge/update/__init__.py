"""The ROS half of a model update: topics and services of the trainer and of operators."""
