"""Decides what is trained next, and runs the worker process that trains it."""
