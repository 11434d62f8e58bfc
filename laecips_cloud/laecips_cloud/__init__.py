"""What runs in the cloud: mask generators, fusion, the replay buffer, networks and training."""
