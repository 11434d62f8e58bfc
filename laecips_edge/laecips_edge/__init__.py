"""The software of the robot: edge node, hard-input miner, inference engines, model updates."""
