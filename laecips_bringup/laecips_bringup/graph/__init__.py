"""The nodes of the system, described once for launch files and for the process runner."""
