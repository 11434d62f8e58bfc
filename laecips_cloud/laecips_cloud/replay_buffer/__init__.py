"""The replay buffer: uploaded frames with the cloud's answers, kept for training."""
