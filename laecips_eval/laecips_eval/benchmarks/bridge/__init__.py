"""The way of a hard frame from a robot to its cloud: over a thin link, and over loopback."""
