"""Outcome of every frame of a run, and accuracy of the answers."""
