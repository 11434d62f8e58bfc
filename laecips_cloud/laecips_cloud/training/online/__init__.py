"""Training while robots work: from the replay buffer to a version that passes the gate."""
