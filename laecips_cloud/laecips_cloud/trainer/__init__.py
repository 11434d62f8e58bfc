"""What is trained next, and the worker process that does it."""
