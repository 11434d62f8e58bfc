"""A replay on real ROS 2: processes, live view, recording, report."""
