"""The steps that every training is made of: losses, schedules, f, h, thresholds."""
