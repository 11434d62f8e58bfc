"""A thin, long, lossy link between a robot's and a cloud's processes on one machine."""
