"""Pure modules: numpy in, numpy out; no ROS, no torch. Every other room may import this one."""
