"""The bridge from a robot to its cloud: hard frames over gRPC instead of a ROS service."""
