"""What runs on the robot: the edge node, the hard-input miner, inference engines."""
