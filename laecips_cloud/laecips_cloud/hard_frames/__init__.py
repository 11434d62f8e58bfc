"""The ROS-free half of the cloud node: hard frames in, fused answers out."""
