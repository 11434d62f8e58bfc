"""The ROS half of a frame: images in, the inference thread, the link to the cloud, answers out."""
