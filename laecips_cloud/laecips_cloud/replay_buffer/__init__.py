"""The replay buffer: what the robot found hard, and what it was answered."""
