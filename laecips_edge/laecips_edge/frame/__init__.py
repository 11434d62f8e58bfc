"""The ROS side of a frame: image topics, inference thread, link to the cloud, answer topics."""
