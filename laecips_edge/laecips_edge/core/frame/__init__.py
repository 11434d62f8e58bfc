"""What happens to a frame on the robot, and what is remembered of it."""
