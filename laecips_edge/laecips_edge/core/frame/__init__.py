"""A frame's route through the robot: inference, decision, answer, counters, history."""
