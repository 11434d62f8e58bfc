"""The steps of every training: losses, schedule, training of f and of h, thresholds."""
