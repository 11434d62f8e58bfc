"""Pure modules: numpy in, numpy out; no ROS, no torch. Every other package may import this one."""
